import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const repository = join(import.meta.dirname, '..');
/** What `npm install visavox` brings along: the platform, and nothing of what runs on it. */
const packages = {
  visavox: 'platform/cli',
  ...Object.fromEntries(
    ['core', 'pipelines', 'control', 'serving', 'adapters', 'api', 'console', 'host'].map((name) => [
      `@visavox/${name}`,
      `platform/${name}`,
    ]),
  ),
};

/** Installs what an example's `package.json` asks for into its folder, and returns the program `visavox`. */
export async function install(project: string): Promise<string> {
  for (const [name, folder] of Object.entries(packages)) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    if (!existsSync(link)) await symlink(join(repository, folder), link);
  }
  return join(project, 'node_modules', 'visavox', 'bin', 'visavox.mjs');
}
