import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { putBundle } from '@visavox/core/bundle';
import { type Digest, digestOf, shortDigest } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { isRunning, signalGroup } from '../processes/process-identity.ts';
import { type MlflowCredentials, mlflowCredentials } from './credentials.ts';
import { MlflowClient } from './mlflow-client.ts';
import { MlflowServer } from './mlflow-server.ts';
import { createModelRegistry, MlflowModelRegistry } from './registry.ts';
import { readServerRecord } from './server-record.ts';
import { testPython } from './test-python.ts';
import { MlflowTracker } from './tracker.ts';

let folder: string;
let server: MlflowServer;
let client: MlflowClient;
let tracker: MlflowTracker;
let objects: ObjectStore;
let registry: MlflowModelRegistry;

const patience = 5 * 60_000;
const events: string[] = [];
const startServer = () =>
  MlflowServer.start({
    python: testPython(),
    folder: join(folder, 'mlflow'),
    report: (event) => void events.push(event),
  });

/** All that follows runs against a server whose first parent was killed while it came up. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-mlflow-'));
  objects = await FolderObjectStore.open(join(folder, 'objects'));
  const program = fileURLToPath(new URL('./parent.fixture.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', program, testPython(), join(folder, 'mlflow')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(parent.stdout.setEncoding('utf8'), 'data');
  parent.kill('SIGKILL');
  await once(parent, 'exit');

  server = await startServer();
  expect(server.url).toBe(url.trim());
  client = new MlflowClient({ url: server.url, patienceMs: patience });
  tracker = new MlflowTracker(client);
  registry = new MlflowModelRegistry({ client, objects: async () => objects });
  await startRun('first');
  await server.ready();
}, patience);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const runAnswer = z.object({
  run: z.object({
    info: z.object({ status: z.string(), run_name: z.string(), artifact_uri: z.string() }),
    data: z.object({
      metrics: z.array(z.object({ key: z.string(), value: z.unknown(), step: z.number() })).default([]),
      params: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
    }),
    inputs: z.unknown(),
  }),
});
const runOf = async (run: string) => (await client.get('runs/get', { run_id: run }, runAnswer)).run;
const startRun = (id: string) =>
  tracker.startRun({ experiment: 'recogniser', name: `training ${id}`, tags: { 'visavox.run': id } });

describe('tracking', () => {
  it('shows a run from its start to its end', async () => {
    const run = await startRun('whole');
    const time = new Date();
    await tracker.logParameters(run, { shards: '2', dataset: 'people' });
    await tracker.logMetrics(run, [
      { key: 'loss', value: 0.5, step: 0, time },
      { key: 'loss', value: 0.25, step: 1, time },
      { key: 'diverged', value: Number.NaN, step: 0, time },
    ]);
    await tracker.endRun(run, 'succeeded');
    const shown = await runOf(run);
    expect(shown.info.status).toBe('FINISHED');
    expect(shown.data.params).toContainEqual({ key: 'shards', value: '2' });
    expect(shown.data.metrics).toContainEqual({ key: 'loss', value: 0.25, step: 1 });
    expect(shown.data.metrics).toContainEqual({ key: 'diverged', value: 'NaN', step: 0 });
  });

  it('answers the same run when it is started again after a crash, and takes it up', async () => {
    const run = await startRun('twice');
    await tracker.endRun(run, 'failed');
    expect(await startRun('twice')).toBe(run);
    expect((await runOf(run)).info.status).toBe('RUNNING');
    await tracker.logParameters(run, { seed: '1' });
    await tracker.logParameters(run, { seed: '1' });
    await tracker.endRun(run, 'canceled');
    expect((await runOf(run)).info.status).toBe('KILLED');
  });

  it('makes an experiment once, however many ask for it at once', async () => {
    const runs = await Promise.all(
      [1, 2, 3, 4].map((index) =>
        tracker.startRun({ experiment: 'contended', name: `run ${index}`, tags: {} }),
      ),
    );
    expect(new Set(runs).size).toBe(4);
  });

  it('takes more than MLflow takes in one call', async () => {
    const run = await startRun('large');
    const time = new Date();
    const metrics = Array.from({ length: 2500 }, (_, step) => ({
      key: 'loss',
      value: 1 / (step + 1),
      step,
      time,
    }));
    await tracker.logMetrics(run, metrics);
    await tracker.logParameters(
      run,
      Object.fromEntries(
        Array.from({ length: 250 }, (_, index) => [`p${index}`, 'x'.repeat(index === 0 ? 7000 : 1)]),
      ),
    );
    const shown = await runOf(run);
    expect(shown.data.metrics).toContainEqual({ key: 'loss', value: 1 / 2500, step: 2499 });
    expect(shown.data.params).toHaveLength(250);
  });

  it('shows the datasets that went in, by their whole digest', async () => {
    const run = await startRun('inputs');
    const digest = digestOf('manifest');
    await tracker.logDatasets(run, [{ name: 'people', digest, context: 'training' }]);
    await tracker.logDatasets(run, []);
    expect((await runOf(run)).inputs).toMatchObject({
      dataset_inputs: [
        {
          dataset: { name: 'people', digest: shortDigest(digest) },
          tags: expect.arrayContaining([
            { key: 'mlflow.data.context', value: 'training' },
            { key: 'visavox.dataset', value: digest },
          ]),
        },
      ],
    });
  });

  it('says what is the matter when MLflow is away', async () => {
    const away = new MlflowTracker(new MlflowClient({ url: 'http://127.0.0.1:9', patienceMs: 300 }));
    const start = away.startRun({ experiment: 'e', name: 'n', tags: {} });
    await expect(start).rejects.toMatchObject({ kind: 'unavailable', code: 'tracking_unavailable' });
  });

  it('passes on why MLflow refused something', async () => {
    const run = await startRun('refused');
    await tracker.logParameters(run, { seed: '1' });
    await expect(tracker.logParameters(run, { seed: '2' })).rejects.toThrow(
      'Changing param values is not allowed',
    );
  });
});

describe('the registry', () => {
  const bundle = async (content: string): Promise<Digest> => {
    const files = new Map([
      ['face-head.onnx', Buffer.from(`face head ${content}`)],
      ['heads/voice head.onnx', Buffer.from(`voice head ${content}`)],
    ]);
    const manifest: BundleManifest = {
      format: 1,
      name: 'recogniser',
      files: [...files].map(([path, bytes]) => ({ path, digest: digestOf(bytes), bytes: bytes.length })),
      parent: null,
      properties: {},
    };
    return putBundle(objects, { manifest, files });
  };
  const published = { run: null, trackingRun: null, metrics: {} };

  it('numbers the versions of a model and answers them with what they were made of', async () => {
    const trackingRun = await startRun('registers');
    await tracker.logDatasets(trackingRun, [{ name: 'people', digest: digestOf('d'), context: 'training' }]);
    const first = await registry.register({ name: 'numbered', bundle: await bundle('1'), ...published });
    const trained = { bundle: await bundle('2'), run: 'run-7', metrics: { eer: 0.0123 }, trackingRun };
    const second = await registry.register({ name: 'numbered', ...trained });
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second).toMatchObject({
      name: 'numbered',
      bundle: trained.bundle,
      run: 'run-7',
      metrics: { eer: 0.0123 },
    });
    expect(await registry.get('numbered', 2)).toEqual(second);
    expect(await registry.list('numbered')).toEqual([second, first]);
    expect(await registry.list(), 'of all names').toEqual(expect.arrayContaining([second, first]));
    const answer = z.object({ model_version: z.object({ run_id: z.string(), tags: z.array(z.unknown()) }) });
    const shown = await client.get('model-versions/get', { name: 'numbered', version: '2' }, answer);
    expect(shown.model_version.run_id).toBe(trackingRun);
    expect(shown.model_version.tags).toContainEqual({ key: 'visavox.datasets', value: digestOf('d') });
  });

  it('registers a bundle once, also when two do so at the same time', async () => {
    const twice = { name: 'once', bundle: await bundle('once'), ...published };
    const answers = await Promise.all([registry.register(twice), registry.register(twice)]);
    const again = await registry.register(twice);
    const listed = await registry.list('once');
    expect(listed).toHaveLength(1);
    for (const answer of [...answers, again]) expect(answer).toEqual(listed[0]);
  });

  it('moves and removes an alias', async () => {
    for (const content of ['a', 'b'])
      await registry.register({ name: 'aliased', bundle: await bundle(content), ...published });
    const answer = z.object({ model_version: z.object({ version: z.string() }) });
    const champion = async () => {
      const query = { name: 'aliased', alias: 'champion' };
      return (await client.get('registered-models/alias', query, answer)).model_version.version;
    };
    await registry.setAlias('aliased', 'champion', 1);
    expect(await champion()).toBe('1');
    await registry.setAlias('aliased', 'champion', 2);
    expect(await champion()).toBe('2');
    await registry.setAlias('aliased', 'champion', null);
    await registry.setAlias('aliased', 'champion', null);
    await expect(champion()).rejects.toThrow();
  });

  it('says that a version is unknown, with a stable code', async () => {
    await expect(registry.get('nobody', 1)).rejects.toMatchObject({ code: 'unknown_model' });
    await expect(registry.setAlias('nobody', 'champion', 1)).rejects.toMatchObject({ code: 'unknown_model' });
    expect(await registry.list('nobody')).toEqual([]);
  });

  it('lets someone who only knows MLflow download the files', async () => {
    const { version } = await registry.register({
      name: 'downloaded',
      bundle: await bundle('bytes'),
      ...published,
    });
    const target = join(folder, 'download');
    await promisify(execFile)(
      testPython(),
      ['-m', 'mlflow', 'artifacts', 'download', '-u', `models:/downloaded/${version}`, '-d', target],
      { env: { ...process.env, MLFLOW_TRACKING_URI: server.url } },
    );
    expect(await readFile(join(target, 'face-head.onnx'), 'utf8')).toBe('face head bytes');
    expect(await readFile(join(target, 'heads', 'voice head.onnx'), 'utf8')).toBe('voice head bytes');
    expect(JSON.parse(await readFile(join(target, 'bundle.json'), 'utf8'))).toMatchObject({
      name: 'recogniser',
    });
  });

  it('tells a step that was started without its environment', () => {
    expect(() => createModelRegistry({})).toThrow('MLFLOW_TRACKING_URI is not set');
  });
});

describe('an MLflow behind a login', () => {
  it.each([
    ['a name and a password', { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'pass' }],
    ['a token, which wins', { MLFLOW_TRACKING_TOKEN: 'secret', MLFLOW_TRACKING_USERNAME: 'nobody' }],
  ])('is reached with %s, and says what is missing without', { timeout: patience }, async (_, given) => {
    const doorkeeper = createServer(async (request, response) => {
      const login = request.headers.authorization;
      if (login !== 'Bearer secret' && login !== `Basic ${btoa('ada:pass')}`)
        return response.writeHead(401).end('You are not authenticated.');
      const answer = await fetch(`${server.url}${request.url}`);
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    }).listen(0, '127.0.0.1');
    await once(doorkeeper, 'listening');
    const url = `http://127.0.0.1:${(doorkeeper.address() as AddressInfo).port}`;
    const find = (credentials: MlflowCredentials) =>
      new MlflowClient({ url, patienceMs: patience, credentials }).get(
        'experiments/get-by-name',
        { experiment_name: 'Default' },
        z.looseObject({ experiment: z.looseObject({ name: z.string() }) }),
      );
    expect((await find(mlflowCredentials(given))).experiment.name).toBe('Default');
    await expect(find({})).rejects.toMatchObject({ code: 'tracking_locked' });
    doorkeeper.close();
    doorkeeper.closeAllConnections();
  });
});

describe('the server', () => {
  const record = async () => (await readServerRecord(join(folder, 'mlflow')))?.process;

  it('was taken over from the process that was killed', async () => {
    expect(events).toEqual(['mlflow taken over', 'mlflow ready']);
    expect(server.healthy).toBe(true);
  });

  it(
    'comes back at the same place when it is killed itself, and a call waits for it',
    async () => {
      const before = await record();
      signalGroup(before?.pid ?? 0, 'SIGKILL');
      while ((await record())?.pid === before?.pid) await pause(100);
      const run = await startRun('after the crash');
      expect((await runOf(run)).info.status).toBe('RUNNING');
      expect(events.slice(2, 4)).toEqual(['mlflow died', 'mlflow starting']);
    },
    patience,
  );

  it('leaves nothing running when it is stopped', async () => {
    const serving = await record();
    await server.stop();
    expect(serving && (await isRunning(serving))).toBe(false);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    expect(await record()).toBeNull();
  });

  it('asks for the set-up where there is no Python', async () => {
    const start = MlflowServer.start({ python: '/nowhere/python', folder, report: () => {} });
    await expect(start).rejects.toMatchObject({ code: 'python_missing' });
  });
});
