import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
// By its path: what Vite reads its configuration with takes packages for JavaScript.
import { compressed } from '../../platform/console/compressed.ts';

const server = process.env.VISAVOX_SERVER ?? 'http://127.0.0.1:4600';
const setup = process.env.VISAVOX_SETUP ?? fileURLToPath(new URL('../../.visavox/setup', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  plugins: [react(), compressed()],
  // The networks that find a face in the browser are the server's own, as set-up converted them.
  resolve: { alias: { 'published-networks': join(setup, 'networks') } },
  build: {
    outDir: join(setup, 'web'),
    emptyOutDir: true,
    // The page is served with `default-src 'self'`, which refuses data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  worker: { format: 'es' },
  server: {
    proxy: { '/api': server, '/health': server },
    fs: { allow: [fileURLToPath(new URL('../..', import.meta.url)), setup] },
  },
});
