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
  for (;;) {
    await rename(builtConsole, before).catch(unless('ENOENT'));
    // Another test may have put its own there meanwhile.
    if (await rename(made, builtConsole).then(() => true, unless('ENOTEMPTY'))) break;
    await rm(before, { recursive: true, force: true });
  }
  await rm(before, { recursive: true, force: true });
}

function unless(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
