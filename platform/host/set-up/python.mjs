// The Python that MLflow runs in, and that steps of pipelines are started with unless they name an environment of their own.
// Plain JavaScript without packages, as steps.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfFiles, run, SetUpError } from './steps.mjs';

const requirements = join(import.meta.dirname, 'requirements.lock');
export const ofTheIndex = {
  action: 'Check the network or the Python package index of this machine (pip config list).',
};

/** The first Python of at least 3.11 on the PATH, with its whole version; the variable PYTHON names one that comes before. */
export function findPython() {
  const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];
  for (const command of [process.env.PYTHON, ...names].filter(Boolean)) {
    const probe = spawnSync(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], {
      encoding: 'utf8',
    });
    const version = (probe.stdout ?? '').trim();
    const [major, minor] = version.split('.').map(Number);
    if (probe.status === 0 && major === 3 && minor >= 11) return { command, version };
  }
  return undefined;
}

/** Below the folder of set-up. */
export function pythonEnvironment(folder) {
  const environment = join(folder, 'python');
  const unfinished = join(environment, 'unfinished');
  return {
    folder: environment,
    python: join(environment, 'bin', 'python'),
    uv: join(environment, 'bin', 'uv'),
    /** Nobody knows what a set-up that was killed left in it. */
    present: () => existsSync(join(environment, 'bin', 'python')) && !existsSync(unfinished),
    /** Changes what is installed: a set-up that is killed meanwhile begins anew. */
    async change(work) {
      if (existsSync(unfinished)) rmSync(environment, { recursive: true, maxRetries: 10, retryDelay: 200 });
      mkdirSync(environment, { recursive: true });
      writeFileSync(unfinished, '');
      await work();
      rmSync(unfinished);
    },
  };
}

/** The step that makes it. `folder`: where set-up puts what it makes. */
export function pythonStep(folder) {
  const environment = pythonEnvironment(folder);
  return {
    name: 'Python environment',
    hint: 'MLflow, about 700 MB',
    stampFolder: environment.folder,
    stamp: () => digestOfFiles([requirements], import.meta.dirname),
    present: environment.present,
    run: (log) => environment.change(() => install(environment, log)),
  };
}

async function install({ folder, python, uv }, log) {
  const found = findPython();
  if (!found)
    throw new SetUpError(
      'no Python of at least 3.11 was found',
      'Install one (for example: apt install python3 python3-venv) or name it in the variable PYTHON.',
    );
  await run(found.command, ['-m', 'venv', folder], log, {
    action: 'Python cannot make virtual environments here; on Debian and Ubuntu: apt install python3-venv.',
  });
  const lockedUv = /^uv==\S+/m.exec(readFileSync(requirements, 'utf8'))?.[0];
  await run(python, ['-m', 'pip', 'install', '--quiet', lockedUv], log, ofTheIndex);
  await run(
    uv,
    ['pip', 'install', '--compile-bytecode', '--python', python, '--requirement', requirements],
    log,
    ofTheIndex,
  );
}
