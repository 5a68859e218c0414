// Python environments of the programs that ours is tested with and measured against: clients of the protocol,
// other model servers, what the Python package reads and writes. Each is pinned by a file of requirements, made on
// first use below .visavox/setup/peers, and shared by nothing else. From a shell: node scripts/peer-environment.mjs NAME …
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, setupFolder } from './setup.mjs';

const requirements = {
  'python-package': join(root, 'platform', 'python', 'requirements-test.txt'),
  croissant: join(root, 'platform', 'adapters', 'tables', 'testing', 'requirements-croissant.txt'),
  'serving-clients': join(root, 'platform', 'serving', 'testing', 'requirements-clients.txt'),
  'model-signing': join(root, 'platform', 'adapters', 'models', 'testing', 'requirements-model-signing.txt'),
  oracles: join(
    root,
    'platform',
    'control',
    'experiments',
    'statistics',
    'testing',
    'requirements-oracles.txt',
  ),
  kserve: join(root, 'bench', 'peers', 'requirements-kserve.txt'),
  mlserver: join(root, 'bench', 'peers', 'requirements-mlserver.txt'),
  platform: join(root, 'bench', 'peers', 'requirements-platform.txt'),
  pipelines: join(root, 'bench', 'peers', 'requirements-pipelines.txt'),
};

/** The Python of an environment that has been made; undefined where it has not, or from other requirements. */
export function peerPython(name) {
  const { python, stamp, wanted } = placesOf(name);
  return existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
    ? python
    : undefined;
}

/** Makes the environment where it is not there. Answers its Python, or undefined and why on stderr. */
export function makePeerEnvironment(name) {
  const present = peerPython(name);
  if (present) return present;
  const { folder, python, stamp, wanted, file } = placesOf(name);
  const uv = join(setupFolder, 'python', 'bin', 'uv');
  process.stderr.write(`Python environment for ${name} (about 500 MB) …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const base = join(setupFolder, 'python', 'bin', 'python');
  // The file names every package: what else the packages declare is for uses that are not made of them here.
  for (const args of [
    ['venv', '--quiet', '--allow-existing', '--python', base, folder],
    [
      'pip',
      'install',
      '--quiet',
      '--compile-bytecode',
      '--no-deps',
      '--python',
      python,
      '--requirement',
      file,
    ],
  ]) {
    const { status, stderr, error } = spawnSync(uv, args, { encoding: 'utf8' });
    if (status === 0) continue;
    process.stderr.write(
      `It could not be made: ${(stderr ?? error?.message ?? '').trim().split('\n').slice(-5).join('\n')}\n`,
    );
    return undefined;
  }
  writeFileSync(stamp, wanted);
  return python;
}

function placesOf(name) {
  const file = requirements[name];
  if (!file)
    throw new Error(`there is no environment "${name}"; there are: ${Object.keys(requirements).join(', ')}`);
  const folder = join(setupFolder, 'peers', name);
  return {
    file,
    folder,
    python: join(folder, 'bin', 'python'),
    stamp: join(folder, 'requirements.stamp'),
    wanted: createHash('sha256').update(readFileSync(file)).digest('hex'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) if (!makePeerEnvironment(name)) process.exitCode = 1;
}
