import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalRegistry, startLocalRegistry } from './local-registry.mjs';

const run = promisify(execFile);

/** As somebody writes it who has read the first page of the documentation. */
const pipelineFile = `
import { component, pipeline } from '@visavox/pipelines/definition';

const measure = component({
  name: 'measure',
  outputs: { accuracy: 'number' },
  command: ({ outputs }) => ['python', '-c', 'import mlflow, sys; open(sys.argv[1], "w").write("0.5")', outputs.accuracy.path],
});

export default pipeline({ name: 'measuring' }, (p) => void p.task(measure));
`;

let folder: string;
let project: string;
let registry: LocalRegistry;
let server: StartedPlatform | undefined;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-published-'));
  project = join(folder, 'project');
  await mkdir(project);
  registry = await startLocalRegistry(join(folder, 'registry'));
});
afterAll(async () => {
  if (server) await stop(server);
  await registry.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

const bin = () => join(project, 'node_modules', 'visavox', 'bin', 'visavox.mjs');

/** As it is on a machine that has nothing of this repository. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(registry.environment);
  return {
    ...Object.fromEntries(entries.filter(([name]) => !name.startsWith('VISAVOX_'))),
    VISAVOX_SERVER: url,
  };
}

async function visavox(...words: string[]) {
  const command = [bin(), ...words, '--json'];
  const { stdout } = await run(process.execPath, command, { cwd: project, env: environment() }).catch(
    (failed: { stdout: string }) => failed,
  );
  return JSON.parse(stdout);
}

async function found(name: string) {
  const { findings } = (await visavox('doctor')) as {
    findings: { name: string; state: string; action: string }[];
  };
  return findings.find((one) => one.name === name);
}

describe('an empty folder in which visavox is installed', { timeout: 1_200_000 }, () => {
  it('is a platform by one command, also where the first one was killed half-way', async () => {
    await run('npm', ['install', 'visavox'], { cwd: project, env: registry.environment });
    expect(await found('Python environment')).toMatchObject({
      state: 'missing',
      action: '"visavox up" sets it up.',
    });

    const killed = startUp({ bin: bin(), folder: project, environment: environment() });
    killed.url.catch(() => undefined);
    const log = join(project, '.visavox', 'setup', 'log', 'Python-environment.log');
    while (!(await readFile(log, 'utf8').catch(() => '')).includes('--requirement')) await pause(200);
    killed.process.kill('SIGKILL');
    expect(await found('Python environment')).toMatchObject({ state: 'missing' });

    server = startUp({ bin: bin(), folder: project, environment: environment() });
    url = await server.url;
    expect(await found('Python environment')).toMatchObject({ state: 'ok' });
  });

  it('runs a pipeline', async () => {
    await writeFile(join(project, 'measuring.ts'), pipelineFile);
    const { id, state } = await visavox('run', 'measuring.ts');
    expect(state).toBe('succeeded');
    expect(await visavox('runs', 'show', id)).toMatchObject({
      tasks: [{ outputs: { parameters: { accuracy: 0.5 } } }],
    });
  });

  it('says how to serve models, where npm went without the runtime', async () => {
    expect(await found('onnxruntime')).toMatchObject(
      existsSync(join(project, 'node_modules', 'onnxruntime-node'))
        ? { state: 'ok' }
        : {
            state: 'warn',
            action: expect.stringContaining('npm install --ignore-scripts onnxruntime-node@'),
          },
    );
  });

  it('keeps data', async () => {
    await mkdir(join(project, 'birds'));
    await writeFile(join(project, 'birds', 'owl.txt'), 'hoo');
    await visavox('data', 'import', 'birds', '--name', 'birds');
    expect(await visavox('data', 'list')).toMatchObject({ datasets: [{ name: 'birds', items: 1 }] });
  });

  it('gives an editor the types of what is declared', async () => {
    await writeFile(
      join(project, 'wrong.ts'),
      `import { defineProject } from 'visavox/config';\nexport default defineProject({ name: 1 });\n`,
    );
    const compiler = join(import.meta.dirname, '..', 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
    const check = (file: string) =>
      run(process.execPath, [compiler, ...options, file], { cwd: project }).then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout as string,
      );
    expect(await check('measuring.ts')).toBe('');
    expect(await check('wrong.ts')).toContain("Type 'number' is not assignable to type 'string'");
  });
});
