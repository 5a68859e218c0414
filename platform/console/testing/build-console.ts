import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { builtConsole } from '../built.ts';

/** Builds the console as it is now to where servers look for it, in the place of what was built there before. */
export async function buildConsole(): Promise<void> {
  const made = await mkdtemp(join(dirname(builtConsole), 'dist-'));
  const before = `${made}-before`;
  await build({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    mode: 'production',
    build: { outDir: made },
  });
  await rename(builtConsole, before).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(made, builtConsole);
  await rm(before, { recursive: true, force: true });
}
