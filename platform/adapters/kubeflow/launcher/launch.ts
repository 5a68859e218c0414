import { spawn } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { Environments } from '@visavox/pipelines/environments/environments';
import { layPython } from '@visavox/pipelines/environments/python-layer';
import { CodeTrees } from '@visavox/pipelines/local/code-trees';
import { replaceModules } from '@visavox/pipelines/local/node-modules';
import type { StepGrant } from '../step/step-grant.ts';
import { withDatasets } from './given-datasets.ts';
import { StepServer } from './step-server.ts';

type Variables = Readonly<Record<string, string>>;

/** Where the launcher finds the installation, and what it fetches packages with: none of it reaches the command. */
const ofLauncher = /^(VISAVOX_STEP_|UV_)/;

/**
 * Starts a step's command in a pod, in the code of its run, with its packages and dataset versions; returns the exit code.
 * `words`: what the task is told as JSON (`{{$}}`), then the command.
 */
export async function launch(words: readonly string[], given: Variables): Promise<number> {
  const [told = '', ...command] = words;
  const server = new StepServer({
    url: required(given, 'VISAVOX_STEP_SERVER'),
    token: required(given, 'VISAVOX_STEP_TOKEN'),
  });
  const grant = await server.grant();
  const folder = await mkdtemp(join(tmpdir(), 'visavox-step-'));
  const { objects } = server;
  const code = grant.code === null ? undefined : join(folder, 'code');
  const trees = await CodeTrees.open({ folder: join(folder, 'files'), objects });
  if (grant.code !== null && code !== undefined) await trees.write(grant.code, code);
  const inputs = join(folder, 'inputs');
  await mkdir(inputs);
  const filled = await withDatasets(command, told, { objects, folder: inputs, given: grant.datasets });
  const packages = await withPackages(given, grant, { server, code: code ?? folder, folder });
  const passed = Object.entries({ ...given, ...packages }).filter(([name]) => !ofLauncher.test(name));
  return runToEnd(filled, { environment: Object.fromEntries(passed), folder: code });
}

/** The variables by which the command finds the packages that its component declares. */
async function withPackages(
  given: Variables,
  { environment: declared, anew }: StepGrant,
  { server, code, folder }: { readonly server: StepServer; readonly code: string; readonly folder: string },
): Promise<Variables> {
  if (declared === null) return {};
  // Packages that the image has for its own steps would be found before these.
  const { PYTHONPATH: _, VISAVOX_STEP_TOKEN: __, ...environment } = given;
  const log = async (text: string) => void process.stderr.write(text);
  const environments = new Environments({
    folder: join(folder, 'environments'),
    environment,
    locks: server.locks,
  });
  const resolved = await environments.resolve(declared, { project: code, anew, kept: undefined, log });
  await server.report({ digest: resolved.digest, packages: [...resolved.packages] });
  const before = (path: string) => [path, given.PATH ?? ''].join(delimiter);
  if (resolved.language === 'node') {
    const from = await environments.provideNode(resolved, log);
    const modules = await replaceModules(from, join(code, resolved.lock.folder));
    return { PATH: before(join(modules, '.bin')) };
  }
  const python = join(folder, 'python');
  const { path } = await layPython(await environments.providePython(resolved, log), python);
  return { PATH: before(path), VIRTUAL_ENV: python, PYTHONPATH: '' };
}

function required(given: Variables, name: string): string {
  const value = given[name];
  if (value) return value;
  throw new UserError({
    kind: 'invalid',
    code: 'not_in_a_step',
    message: `${name} is not set: this command starts steps that were submitted to Kubeflow.`,
    action: 'Run a pipeline with --on kubeflow.',
  });
}

/** The command has the pod's streams, and hears of its signals. */
async function runToEnd(
  [program = '', ...words]: readonly string[],
  { environment, folder }: { readonly environment: Variables; readonly folder: string | undefined },
): Promise<number> {
  const child = spawn(program, words, { cwd: folder, env: environment, stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(program, cause)));
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

function notStarted(program: string, cause: Error): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'command_not_started',
    message: `${program} cannot be started in this image: ${cause.message}`,
    action: 'Name a program that the step image, the packages of the component or the code of the run have.',
    cause,
  });
}
