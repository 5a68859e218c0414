// Decodes files that may be hostile, in a process that may die of them: node decoding-process.mjs, with a channel to
// the process that started it, and the shared area as descriptor 3.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

// An image has it bundled, and nothing that runs TypeScript.
const bundled = new URL('./decode-files.mjs', import.meta.url);
if (existsSync(bundled)) await import(bundled.href);
else {
  // Without the thread that tsx runs for modules of the other kind: a quarter of the memory.
  const { register } = await import('tsx/cjs/api');
  register();
  createRequire(import.meta.url)('./decode-files.ts');
}
