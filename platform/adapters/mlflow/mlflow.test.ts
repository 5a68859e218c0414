import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { putBundle } from '@visavox/core/bundle';
import { type Digest, digestOf } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { isRunning, signalGroup } from '../processes/process-identity.ts';
import { type MlflowCredentials, mlflowCredentials } from './credentials.ts';
import { MlflowLogin } from './login.ts';
import { MlflowClient } from './mlflow-client.ts';
import { MlflowServer } from './mlflow-server.ts';
import { createModelRegistry, MlflowModelRegistry } from './registry.ts';
import { patience, testLogin } from './server.fixture.ts';
import { readServerRecord } from './server-record.ts';
import { testPython } from './test-python.ts';
import { MlflowTracker } from './tracker.ts';

let folder: string;
let server: MlflowServer;
let client: MlflowClient;
let tracker: MlflowTracker;
let objects: ObjectStore;
let registry: MlflowModelRegistry;

const events: string[] = [];
const startServer = () =>
  MlflowServer.start({
    python: testPython(),
    folder: join(folder, 'mlflow'),
    login: testLogin,
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
  client = new MlflowClient({ url: server.url, patienceMs: patience, credentials: testLogin.own });
  tracker = new MlflowTracker(client);
  registry = new MlflowModelRegistry({ client, objects: async () => objects });
  await startRun('first');
  await server.ready();
}, patience);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const startRun = async (id: string) => {
  const key = { tag: 'visavox.run', value: id };
  return (await tracker.startRun({ experiment: 'recogniser', name: `training ${id}`, key })).id;
};

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
    await tracker.log(trackingRun, {
      datasets: [{ name: 'people', digest: digestOf('d'), context: 'training' }],
    });
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
      { env: { ...process.env, MLFLOW_TRACKING_URI: server.url, ...testLogin.own } },
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
      const authorization = `Bearer ${testLogin.own.MLFLOW_TRACKING_TOKEN}`;
      const answer = await fetch(`${server.url}${request.url}`, { headers: { authorization } });
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

describe('the login', () => {
  const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
  const bearer = ({ MLFLOW_TRACKING_TOKEN }: MlflowCredentials) => ({
    authorization: `Bearer ${MLFLOW_TRACKING_TOKEN}`,
  });
  const experiment = '/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default';

  it('keeps everybody else out, wherever they knock, and says how to come in', async () => {
    for (const path of [
      '/',
      experiment,
      '/ajax-api/2.0/mlflow/runs/search',
      '/graphql',
      '/v1/traces',
      '//health',
    ]) {
      const response = await ask(path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toContain('Basic');
    }
    const forged = new MlflowLogin(new Uint8Array(32).fill(8));
    const [subject = ''] = (testLogin.own.MLFLOW_TRACKING_TOKEN ?? '').split('.');
    for (const token of [forged.own.MLFLOW_TRACKING_TOKEN, `${subject}.`, subject, '', 'é.é', '=.='])
      expect((await ask(experiment, { headers: bearer({ MLFLOW_TRACKING_TOKEN: `${token}` }) })).status).toBe(
        401,
      );
    expect((await ask('/health')).status).toBe(200);
  });

  it('lets people in with a browser', async () => {
    const { name, password } = testLogin.forPeople;
    const headers = { authorization: `Basic ${btoa(`${name}:${password}`)}` };
    expect((await ask(experiment, { headers })).status).toBe(200);
    expect((await ask(experiment, { headers: { authorization: `Basic ${btoa(name)}` } })).status).toBe(401);
  });

  it('lets a step log and read, but not say which version is the champion', async () => {
    const headers = { ...bearer(testLogin.forStep('run-1/train')), 'content-type': 'application/json' };
    expect((await ask(experiment, { headers })).status).toBe(200);
    const created = { headers, method: 'POST', body: JSON.stringify({ name: 'by a step' }) };
    expect((await ask('/api/2.0/mlflow/experiments/create', created)).status).toBe(200);
    const alias = {
      headers,
      method: 'POST',
      body: JSON.stringify({ name: 'm', alias: 'champion', version: '1' }),
    };
    for (const path of [
      '/api/2.0/mlflow/registered-models/alias',
      '/ajax-api/2.0/mlflow/registered-models/alias/',
    ])
      expect((await ask(path, alias)).status).toBe(403);
    const tags = {
      headers,
      method: 'POST',
      body: JSON.stringify({ name: 'm', version: '1', key: 'k', value: 'v' }),
    };
    expect((await ask('/api/2.0/mlflow/model-versions/set-tag', tags)).status).toBe(403);
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
      expect(await startRun('after the crash')).toMatch(/^[0-9a-f]{32}$/);
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
    const start = MlflowServer.start({
      ...{ python: '/nowhere/python', folder, login: testLogin, report: () => {} },
    });
    await expect(start).rejects.toMatchObject({ code: 'python_missing' });
  });

  it('tells whoever waits why it does not come up', { timeout: patience }, async () => {
    const broken = join(folder, 'python-without-mlflow');
    await writeFile(broken, '#!/bin/sh\necho "ModuleNotFoundError: No module named mlflow" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const away = await MlflowServer.start({
      ...{ python: broken, folder: join(folder, 'broken'), login: testLogin, report: () => {} },
    });
    await expect.poll(() => away.problem, { timeout: 20_000 }).toContain('No module named mlflow');
    const waiting = new MlflowClient({ url: away.url, patienceMs: 300, problem: () => away.problem });
    await expect(waiting.get('experiments/search', {}, z.unknown())).rejects.toThrow(
      'No module named mlflow',
    );
    await away.stop();
  });
});
