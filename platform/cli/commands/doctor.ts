import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { hasOnnxRuntime, onnxRuntimeAction } from '@visavox/host/set-up/onnx-runtime';
import { findPython, isPythonSetUp } from '@visavox/host/set-up/python-environment';
import { loadConfig, type ProjectConfig, projectToAsk, setUpFolder } from '../config.ts';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';

interface Finding {
  readonly name: string;
  /** `warn`: it works without, less well. */
  readonly state: 'ok' | 'warn' | 'missing';
  readonly detail: string;
  readonly action: string | null;
}

export const doctorCommand: CommandPlugin = (program, context) => {
  program
    .command('doctor')
    .description('what is missing on this machine, and how to get it')
    .action(async (_options, command) => {
      const { result, server } = context(command);
      const project = projectToAsk(process.cwd());
      const findings = [
        ...machine(project),
        ...setUp(project, await loadConfig(project)),
        home(project),
        await port(server),
      ];
      result(
        { findings },
        table(
          ['', 'what', 'found', 'what to do'],
          findings.map((one) => [
            one.state === 'ok' ? 'ok' : one.state === 'warn' ? 'note' : 'MISSING',
            one.name,
            one.detail,
            one.action ?? '',
          ]),
        ),
      );
      if (findings.some((one) => one.state === 'missing')) process.exitCode = 1;
    });
};

function machine(project: string): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const node = major > 20 || (major === 20 && minor >= 19);
  const python = findPython()?.version;
  const disk = statfsSync(project);
  const freeGb = (disk.bavail * disk.bsize) / 1e9;
  const memoryGb = totalmem() / 1e9;
  return [
    {
      name: 'Node',
      state: node ? 'ok' : 'missing',
      detail: process.versions.node,
      action: node ? null : 'Install Node 20.19 or newer.',
    },
    {
      name: 'Python',
      state: python ? 'ok' : 'missing',
      detail: python ?? 'none of at least 3.11',
      action: python
        ? null
        : 'Install Python 3.11 or newer with venv (Debian: apt install python3 python3-venv), or set PYTHON.',
    },
    {
      name: 'processors',
      state: cpus().length > 1 ? 'ok' : 'warn',
      detail: String(cpus().length),
      action: cpus().length > 1 ? null : 'Training in parallel wants two.',
    },
    {
      name: 'memory',
      state: memoryGb >= 3.5 ? 'ok' : 'warn',
      detail: `${memoryGb.toFixed(1)} GB`,
      action: memoryGb >= 3.5 ? null : 'Service, MLflow and a training together want 4 GB.',
    },
    {
      name: 'free disk',
      state: freeGb >= 8 ? 'ok' : 'warn',
      detail: `${freeGb.toFixed(0)} GB`,
      action: freeGb >= 8 ? null : 'A first set-up takes up to 7 GB with the CUDA build of torch.',
    },
    browser(),
  ];
}

function browser(): Finding {
  const names = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const found = names.find((name) => name && existsSync(name));
  return {
    name: 'Chromium',
    state: found ? 'ok' : 'warn',
    detail: found ?? 'not found',
    action: found
      ? null
      : 'Only the browser tests need it (Debian: apt install chromium), or set CHROMIUM_PATH.',
  };
}

/** What every project needs, and what this one does. */
function setUp(project: string, { needs = {} }: ProjectConfig): Finding[] {
  const given = process.env.VISAVOX_SETUP;
  const folder = given || setUpFolder(project);
  const found = (name: string, there: boolean, action: string): Finding => ({
    name,
    state: there ? 'ok' : 'missing',
    detail: there ? 'set up' : 'not set up',
    action: there ? null : action,
  });
  return [
    // What was made elsewhere has versions of its own.
    given
      ? found(
          'Python environment',
          existsSync(join(given, 'python', 'bin', 'python')),
          `Put a Python with MLflow into ${join(given, 'python')}, or leave VISAVOX_SETUP out.`,
        )
      : found('Python environment', isPythonSetUp(folder), '"visavox up" sets it up.'),
    {
      name: 'onnxruntime',
      state: hasOnnxRuntime() ? 'ok' : 'warn',
      detail: hasOnnxRuntime() ? 'installed' : 'not installed: no model can be served here',
      action: hasOnnxRuntime() ? null : onnxRuntimeAction,
    },
    ...Object.entries(needs).map(([name, file]) =>
      found(name, existsSync(join(folder, file)), '"npm run setup" of this project makes it.'),
    ),
  ];
}

/** A server that died leaves its lock; that is no harm, but one that lives holds the data. */
function home(project: string): Finding {
  const folder = process.env.VISAVOX_HOME ?? join(project, '.visavox', 'home');
  const token = join(process.env.VISAVOX_SECRETS ?? join(folder, 'secrets'), 'operator.token');
  const started = existsSync(token) && readFileSync(token, 'utf8').trim().length > 0;
  return {
    name: 'data folder',
    state: 'ok',
    detail: started ? folder : `${folder} (not started yet)`,
    action: null,
  };
}

async function port(server: string): Promise<Finding> {
  const answers = await fetch(`${server}/health`).then(
    (response) => response.ok,
    () => false,
  );
  if (answers) return { name: 'server', state: 'ok', detail: `answers at ${server}`, action: null };
  const number = Number(new URL(server).port || 80);
  const free = await new Promise<boolean>((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(number, '127.0.0.1', () => probe.close(() => done(true)));
  });
  return {
    name: 'server',
    state: 'warn',
    detail: free ? 'not running' : `port ${number} is taken by another program`,
    action: free ? 'Start it with "visavox up".' : 'Start with another one: PORT=4700 visavox up.',
  };
}
