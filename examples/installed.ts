import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLocalRegistry } from '../scripts/local-registry.mjs';

/**
 * Installs what an example's `package.json` asks for into its folder as anybody would, from a registry that has the packages
 * as they are published, and returns the program `visavox`.
 */
export async function install(project: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-registry-'));
  const registry = await startLocalRegistry(folder);
  try {
    await promisify(execFile)('npm', ['install'], { cwd: project, env: registry.environment });
  } finally {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return join(project, 'node_modules', 'visavox', 'bin', 'visavox.mjs');
}
