import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { putBundle } from '@visavox/core/bundle';
import { digestOf } from '@visavox/core/digest';
import { InMemoryObjects } from '@visavox/core/in-memory-objects.fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalBundleServers } from './local-bundle-servers.ts';
import type { ModelPrograms } from './model-programs.ts';

const ofSetup = fileURLToPath(new URL('../../../.visavox/setup/python/bin/python', import.meta.url));
const python = process.env.VISAVOX_PYTHON ?? ofSetup;
const environment = {
  PATH: `${dirname(python)}:${process.env.PATH}`,
  ...{ HOME: process.env.HOME ?? '', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
};
/** The packages of set-up, in the place of an environment for each model. */
const programs: ModelPrograms = {
  python: async (words) => ({ command: [python, ...words], environment }),
};

let folder: string;
let servers: LocalBundleServers;
const objects = new InMemoryObjects();
const faults: unknown[] = [];
const asked: Record<string, unknown[]> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-mlflow-models-'));
  const script = fileURLToPath(new URL('../testing/save_served_models.py', import.meta.url));
  await promisify(execFile)(python, [script, join(folder, 'saved')], { cwd: folder, maxBuffer: 1 << 26 });
  Object.assign(asked, JSON.parse(await readFile(join(folder, 'saved', 'asked.json'), 'utf8')));
  servers = await LocalBundleServers.open({
    ...{ objects, folder: join(folder, 'serving'), programs },
    log: (error) => faults.push(error),
    machineOf: ({ replicas, variables = {} }) => ({
      ...{ servers: replicas?.min ?? 1, threads: 3, variables, secrets: { TOKEN: 'hush-hush' } },
    }),
  });
}, 400_000);
afterAll(async () => {
  await servers?.close();
  await rm(folder, { recursive: true, force: true });
});

async function bundleOf(name: string) {
  const root = join(folder, 'saved', name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(relative(root, path), new Uint8Array(await readFile(path)));
  }
  const listed = [...files].map(([path, bytes]) => ({ path, digest: digestOf(bytes), bytes: bytes.length }));
  const manifest = { format: 1 as const, name, files: listed, parent: null, properties: {} };
  return putBundle(objects, { manifest, files });
}

async function post(url: string, body: unknown, type = 'application/json') {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, { method: 'POST', body: sent, headers: { 'content-type': type } });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** `mlflow models serve`, as somebody types it. */
async function mlflowServes(name: string): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const words = ['-m', 'mlflow', 'models', 'serve', '-m', join(folder, 'saved', name), '-p', String(port)];
  const child = spawn(python, [...words, '--env-manager', 'local', '-w', '1'], {
    ...{ env: environment, stdio: 'ignore', detached: true, cwd: folder },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 3000; tries++) {
    const answers = await fetch(`${url}/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { url, child };
    await pause(100);
  }
  throw new Error('mlflow models serve did not come up');
}

describe.each(['sklearn', 'unsigned', 'pytorch', 'frame', 'one', 'two'])(
  'the model "%s" beside mlflow models serve',
  { timeout: 400_000 },
  (name) => {
    it('answers /invocations in the same way, in whatever form it is asked', async () => {
      const ours = await servers.bringUp(await bundleOf(name));
      const { url: theirs, child } = await mlflowServes(name);
      try {
        expect(asked[name]?.length).toBeGreaterThan(1);
        for (const body of asked[name] ?? []) {
          const expected = await post(`${theirs}/invocations`, body);
          expect(expected.status, JSON.stringify(expected.body)).toBe(200);
          expect(await post(`${ours}/invocations`, body)).toEqual(expected);
        }
        for (const body of ['no json', '[]', '{}', { dataframe_split: {}, inputs: [] }]) {
          const [expected, given] = [
            await post(`${theirs}/invocations`, body),
            await post(`${ours}/invocations`, body),
          ];
          expect([given.status, expected.status], JSON.stringify(given.body)).toEqual([400, 400]);
        }
        expect((await fetch(`${ours}/ping`)).status).toBe(200);
      } finally {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      }
    });
  },
);

describe('with the settings of an environment', { timeout: 400_000 }, () => {
  const settings = { replicas: { min: 2 }, variables: { THRESHOLD: '0.5' } };
  const answered = async (url: string) => {
    const { body } = await post(`${url}/invocations`, { dataframe_records: [{ a: 1 }] });
    return body.predictions[0];
  };

  it('answers from as many processes in turn, with its variables and secrets and no others', async () => {
    process.env.NOT_NAMED = 'of the server';
    const bundle = await bundleOf('surroundings');
    const [one, other] = [await servers.bringUp(bundle, settings), await servers.bringUp(bundle, settings)];
    expect(await servers.bringUp(bundle, settings)).toBe(one);
    const answers = [await answered(one), await answered(other)];
    delete process.env.NOT_NAMED;
    expect(answers[0].pid).not.toBe(answers[1].pid);
    for (const answer of answers)
      expect(answer).toMatchObject({
        THRESHOLD: '0.5',
        TOKEN: 'hush-hush',
        OMP_NUM_THREADS: '3',
        NOT_NAMED: '',
      });
    const plain = await servers.bringUp(bundle);
    expect(await answered(plain)).toMatchObject({ THRESHOLD: '', TOKEN: '', OMP_NUM_THREADS: '' });
    await servers.retire(bundle, settings);
    for (const url of [one, other]) await expect(fetch(`${url}/ping`)).rejects.toThrow();
    expect((await fetch(`${plain}/ping`)).status).toBe(200);
    await servers.retire(bundle);
  });

  it('says why it cannot be loaded without the value of a secret', async () => {
    await expect(servers.bringUp(await bundleOf('talkative'), settings)).rejects.toMatchObject({
      code: 'model_not_loaded',
      message: expect.stringMatching(/no entry with \*\*\* and 0\.5/),
    });
  });
});

describe('a model that MLflow saved', { timeout: 400_000 }, () => {
  it('answers over the Open Inference Protocol as well', async () => {
    const url = await servers.bringUp(await bundleOf('sklearn'));
    expect(await (await fetch(`${url}/v2/health/ready`)).json()).toEqual({ ready: true });
    expect(await (await fetch(`${url}/v2/models/sklearn`)).json()).toMatchObject({
      ...{ name: 'sklearn', platform: 'mlflow' },
      inputs: [
        { name: 'length', datatype: 'FP64', shape: [-1] },
        { name: 'width', datatype: 'FP64', shape: [-1] },
      ],
      outputs: [{ datatype: 'FP64', shape: [-1] }],
    });
    const tensor = (name: string, shape: number[], data: number[]) => ({
      name,
      datatype: 'FP64',
      shape,
      data,
    });
    const columns = { inputs: [tensor('length', [2], [1.5, 3]), tensor('width', [2, 1], [2, 4.25])] };
    const { body: byColumn } = await post(`${url}/v2/models/sklearn/infer`, { id: 'mine', ...columns });
    const { body: asOne } = await post(`${url}/v2/models/sklearn/infer`, {
      inputs: [tensor('both', [2, 2], [1.5, 2, 3, 4.25])],
    });
    const { body: invoked } = await post(`${url}/invocations`, asked.sklearn?.[0]);
    expect(byColumn).toMatchObject({ id: 'mine', model_name: 'sklearn' });
    expect(byColumn.outputs).toEqual(asOne.outputs);
    expect(byColumn.outputs).toEqual([
      { name: 'predictions', datatype: 'FP64', shape: [2], data: invoked.predictions },
    ]);
  });

  it('gives texts and several outputs, and says what was wrong with a request', async () => {
    const url = await servers.bringUp(await bundleOf('frame'));
    const infer = (body: unknown) => post(`${url}/v2/models/frame/infer`, body);
    const input = { name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 2, 3, 4] };
    expect((await infer({ inputs: [input] })).status).toBe(200);
    expect(await infer({ inputs: [{ ...input, shape: [3] }] })).toMatchObject({ status: 400 });
    expect(await infer({ inputs: [{ ...input, datatype: 'FP99' }] })).toMatchObject({ status: 400 });
    expect(await infer({ inputs: [{ name: 'x' }] })).toMatchObject({ status: 400 });
    expect(await infer({})).toMatchObject({ status: 400 });
    expect(await infer('no json')).toMatchObject({ status: 400 });
    expect(await post(`${url}/v2/models/other/infer`, { inputs: [input] })).toMatchObject({ status: 404 });
  });

  it('is gone with its files when it is retired, and started anew where its process was killed', async () => {
    const bundle = await bundleOf('unsigned');
    const before = await servers.bringUp(bundle);
    const pid = await processAt(before);
    process.kill(pid, 'SIGKILL');
    while (await alive(pid)) await pause(20);
    while (faults.length === 0) await pause(20);
    expect(String(faults.splice(0)[0])).toContain('the process of unsigned ended');
    const after = await servers.bringUp(bundle);
    expect((await fetch(`${after}/ping`)).status).toBe(200);
    await servers.retire(bundle);
    await expect(fetch(`${after}/ping`)).rejects.toThrow();
  });

  it('that cannot be loaded says why', async () => {
    const files = new Map([
      ['MLmodel', new Uint8Array(Buffer.from('flavors: {python_function: {loader_module: nothing_here}}'))],
    ]);
    const listed = [...files].map(([path, bytes]) => ({
      path,
      digest: digestOf(bytes),
      bytes: bytes.length,
    }));
    const manifest = { format: 1 as const, name: 'broken', files: listed, parent: null, properties: {} };
    const bundle = await putBundle(objects, { manifest, files });
    await expect(servers.bringUp(bundle)).rejects.toMatchObject({
      code: 'model_not_loaded',
      message: expect.stringContaining('nothing_here'),
    });
  });
});

/** The id of the process that listens there, as Linux shows it. */
async function processAt(url: string): Promise<number> {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  const table = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const inode = table.find(([, local, , state]) => local?.endsWith(`:${port}`) && state === '0A')?.[9];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const links = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of links) {
      const found = await stat(`/proc/${pid}/fd/${fd}`).catch(() => undefined);
      if (found && String(found.ino) === inode && found.isSocket()) return Number(pid);
    }
  }
  throw new Error(`nobody listens at ${url}`);
}

async function alive(pid: number): Promise<boolean> {
  return stat(`/proc/${pid}`).then(
    () => true,
    () => false,
  );
}
