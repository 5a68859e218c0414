// The model server as plain JavaScript for the image: dist/main.mjs and what it starts and reads beside it.
// `onnxruntime-node` (with `onnxruntime-common`) stays a package: its native part is found next to its own files.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const room = import.meta.dirname;
export const serverFile = join(room, 'dist', 'main.mjs');

export async function buildServer() {
  const out = join(room, 'dist');
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  await build({
    entryPoints: [join(room, 'main.ts'), join(room, 'models', 'inference-worker.mjs')],
    outdir: out,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node'],
    legalComments: 'linked',
    logLevel: 'warning',
    // CommonJS packages within ask for Node's modules by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  await copyFile(join(room, 'server', 'open-inference.proto'), join(out, 'open-inference.proto'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildServer();
