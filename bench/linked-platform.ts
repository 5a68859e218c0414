import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const repository = join(import.meta.dirname, '..');
const packages = {
  visavox: 'platform/cli',
  ...Object.fromEntries(
    ['core', 'pipelines', 'control', 'serving', 'adapters', 'api', 'console', 'host'].map((name) => [
      `@visavox/${name}`,
      `platform/${name}`,
    ]),
  ),
};

/** Gives a folder the platform of this repository as if it were installed there, and returns the program `visavox`. */
export async function linkPlatform(folder: string): Promise<string> {
  for (const [name, room] of Object.entries(packages)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    if (!existsSync(link)) await symlink(join(repository, room), link);
  }
  return join(folder, 'node_modules', 'visavox', 'bin', 'visavox.mjs');
}
