import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { builtConsole } from './built.ts';
import { compressed } from './compressed.ts';

const server = process.env.VISAVOX_SERVER ?? 'http://127.0.0.1:4600';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Beside the pages that a project may have at every other address.
  base: '/console/',
  publicDir: false,
  plugins: [react(), compressed()],
  build: {
    outDir: builtConsole,
    emptyOutDir: true,
    // The page is served with `default-src 'self'`, which refuses data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '/api': server, '/health': server } },
});
