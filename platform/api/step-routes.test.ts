import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import { type EngineOnFake, fakeTarget } from '@visavox/adapters/kubeflow/testing';
import type { CodeReference } from '@visavox/core/code';
import type { DatasetVersion } from '@visavox/core/dataset';
import { canonicalJson, digestOf } from '@visavox/core/digest';
import type { RunRequest } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';
import { CodeKeys } from '@visavox/pipelines/code/code-keys';
import { component, pipeline } from '@visavox/pipelines/definition';
import { type PackageIndex, packageIndex } from '@visavox/pipelines/fixtures/package-index';
import { CodeTrees } from '@visavox/pipelines/local/code-trees';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { codeIn, MemoryObjectStore, requestFor } from '@visavox/pipelines/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  birdPipeline,
  birdSources,
  birds,
  type StepServerForTest,
  stepServer,
  storeBirds,
} from './testing/steps-on-kubeflow.ts';

const setup = process.env.VISAVOX_SETUP ?? fileURLToPath(new URL('../../.visavox/setup', import.meta.url));

let folder: string;
let project: string;
let index: PackageIndex;
let server: StepServerForTest;
let test: EngineOnFake;
let url: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-steps-'));
  project = join(folder, 'project');
  index = await packageIndex([
    { name: 'weather', version: '2.0', requires: ['clouds'] },
    { name: 'clouds', version: '0.3' },
  ]);
  const tokens = new StepTokens(Buffer.alloc(32, 7));
  const [runs, objects] = [new MemoryRunStore(), new MemoryObjectStore()];
  server = await stepServer({ hostname: '127.0.0.1', tokens, runs, objects });
  url = `http://127.0.0.1:${server.port}`;
  const trees = await CodeTrees.open({ folder: join(folder, 'trees'), objects });
  test = await fakeTarget(
    {
      ...{ tokens, runs, objects },
      codeKeys: new CodeKeys(trees, { path: process.env.PATH, log: () => {} }),
      containers: {
        images: { visavox: 'registry/step:1' },
        environment: {},
        launch: { images: ['visavox'], server: url, environment: { UV_DEFAULT_INDEX: index.url } },
      },
    },
    { path: [join(setup, 'python', 'bin')], secrets: { weather: { token: 'sesame' } } },
  );
  await storeBirds(objects);
});
afterEach(async () => {
  await test.close();
  server.close();
  await index.close();
  await rm(folder, { recursive: true, force: true });
});

async function codeOf(files: Readonly<Record<string, string>>): Promise<CodeReference> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  return codeIn(project, test.objects);
}

async function run(changes: Partial<RunRequest> = {}, version: DatasetVersion = birds): Promise<RunRecord> {
  const { digest } = version;
  const request = requestFor(birdPipeline, {
    parameters: { images: digest },
    datasets: [digest],
    ...changes,
  });
  return test.engine.wait(await test.engine.submit(request));
}
const task = (record: RunRecord, name: string) => record.tasks.find((one) => one.name === name);

describe('steps on Kubeflow', { timeout: 120_000 }, () => {
  it('run the code that was submitted, with their packages, dataset versions and secrets', async () => {
    const code = await codeOf(birdSources);
    const record = await run({ code });
    expect(record).toMatchObject({ state: 'succeeded', reason: null, pins: { code: code.digest } });
    expect(task(record, 'forecast')).toMatchObject({
      environment: { packages: ['clouds==0.3', 'weather==2.0'] },
      outputs: { parameters: { said: 'rain, says 2.0' } },
    });
    const manifestBytes = canonicalJson(birds.manifest).length;
    expect(task(record, 'look')).toMatchObject({
      inputs: { artifacts: { images: [{ digest: birds.digest, type: 'visavox.DatasetVersion' }] } },
      outputs: { parameters: { seen: `./night/jar.txt ./night/owl.txt night/owl.txt${manifestBytes}\n` } },
    });
    expect(task(record, 'tell')?.outputs.parameters.told).toMatch(/^26\s*$/);
    expect(JSON.stringify([record, [...test.kubeflow.runs.values()]])).not.toContain('sesame');

    const edited = await codeOf({ 'steps/look.sh': 'printf edited > "$3"\n' });
    const again = await run({ code: edited });
    expect(task(again, 'look')?.outputs.parameters.seen).toBe('edited');
    expect(task(again, 'forecast')?.environment).toEqual(task(record, 'forecast')?.environment);
  });

  it('are taken from the cache while the files that they name are the same', async () => {
    const narrow = component({
      name: 'narrow',
      sources: ['steps/look.sh'],
      outputs: { seen: 'string' },
      command: ({ outputs }) => ['sh', 'steps/look.sh', '.', '/dev/null', outputs.seen.path],
    });
    const looking = pipeline({ name: 'looking' }, (p) => void p.task(narrow));
    const look = async (code: CodeReference) =>
      test.engine.wait(await test.engine.submit(requestFor(looking, { code })));
    await look(await codeOf({ 'steps/look.sh': 'printf first > "$3"\n' }));
    const beside = await look(await codeOf({ 'readme.md': 'how to look' }));
    expect(beside.tasks).toMatchObject([{ cached: true, outputs: { parameters: { seen: 'first' } } }]);
    const edited = await look(await codeOf({ 'steps/look.sh': 'printf second > "$3"\n' }));
    expect(edited.tasks).toMatchObject([{ cached: false, outputs: { parameters: { seen: 'second' } } }]);
  });

  it('say what they cannot be given', async () => {
    const missing = await run({
      code: await codeOf({ ...birdSources, 'steps/look.sh': 'cd "$1"; exit 3\n' }),
    });
    expect(missing.reason).toMatch(/look failed: it ended with exit code 3/);
    await index.close();
    const unresolved = await run({ code: await codeOf(birdSources), useCache: false });
    expect(unresolved.reason).toMatch(
      /forecast failed: .*visavox-launch: The environment .* cannot be resolved/s,
    );
  });

  it('are refused what is not theirs, and everything once their run has ended', async () => {
    const record = await run({ code: await codeOf(birdSources) });
    const executors = Object.values([...test.kubeflow.runs.values()][0]?.environments ?? {});
    const tokens = executors.map(({ VISAVOX_STEP_TOKEN = '' }) => VISAVOX_STEP_TOKEN);
    const ask = (token: string, path: string) =>
      fetch(`${url}/api/v1/steps/${path}`, { headers: { authorization: `Step ${token}` } });
    for (const token of tokens) expect((await ask(token, 'grant')).status).toBe(401);
    await test.runs.save({ ...record, state: 'running' });
    const granted = await Promise.all(tokens.map(async (token) => (await ask(token, 'grant')).json()));
    expect(granted).toMatchObject([
      { executor: 'exec-forecast', code: record.pins.code, datasets: [] },
      { executor: 'exec-look', code: record.pins.code, datasets: [birds.digest], environment: null },
      { executor: 'exec-tell', code: record.pins.code, datasets: [] },
    ]);
    const [forecasting = '', looking = ''] = tokens;
    const owl = `blobs/${digestOf('night/owl.txt')}`;
    expect(await (await ask(looking, owl)).text()).toBe('night/owl.txt');
    expect((await ask(forecasting, owl)).status).toBe(403);
    expect((await ask(looking, `blobs/${record.pins.pipeline}`)).status).toBe(403);
    const [claim = ''] = forecasting.split('.');
    for (const forged of [looking.replace(/^[^.]+/, claim), `${claim}.`, 'Step', ''])
      expect((await ask(forged, 'grant')).status).toBe(401);
  });
});
