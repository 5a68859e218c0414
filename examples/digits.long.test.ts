import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install } from './installed.ts';

const run = promisify(execFile);
const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '.visavox', 'setup');
const python = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

let folder: string;
let bin: string;
let server: StartedPlatform | undefined;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-digits-'));
  await cp(join(import.meta.dirname, 'digits'), folder, { recursive: true });
  bin = await install(folder);
  await withPackagesOfSetUp();
  await up();
}, 600_000);

afterAll(async () => {
  if (server) await stop(server);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

/** Its packages are those of the set-up here: installing PyTorch once more would take gigabytes. */
async function withPackagesOfSetUp(): Promise<void> {
  const file = join(folder, 'pipeline.ts');
  const declared = "  environment: { requirements: 'requirements.txt' },\n";
  const text = await readFile(file, 'utf8');
  expect(text).toContain(declared);
  await writeFile(file, text.replace(declared, ''));
}

async function up(): Promise<void> {
  const environment = { ...inherited, VISAVOX_SETUP: setup, VISAVOX_PYTHON: python };
  server = startUp({ bin, folder, environment });
  url = await server.url;
}

async function printed(...words: string[]): Promise<string> {
  const env = { ...inherited, VISAVOX_SERVER: url };
  return (await run(process.execPath, [bin, ...words], { cwd: folder, env })).stdout;
}

const visavox = async (...words: string[]) => JSON.parse(await printed(...words, '--json'));

/** The scans of a delivery, imported as a new version of the dataset. */
async function deliver(delivery: number): Promise<void> {
  await run(python, ['scans.py', 'scans', String(delivery)], { cwd: folder });
  await visavox('data', 'import', 'scans', '--name', 'scans', '--consent', 'CC BY 4.0');
}

interface Release {
  readonly id: string;
  readonly version: number;
  readonly stage: string;
  readonly reason: string;
}

/** The releases, newest first, once the newest one of this version is no longer being prepared. */
async function released(version: number): Promise<Release> {
  for (;;) {
    const { releases } = (await visavox('release', 'status')) as { releases: Release[] };
    const found = releases.find((one) => one.version === version && one.stage !== 'preparing');
    if (found) return found;
    const { runs } = (await visavox('runs', 'list')) as {
      runs: { id: string; state: string; reason: string }[];
    };
    const failed = runs.find(({ state }) => state === 'failed');
    if (failed) throw new Error(`${failed.reason}\n${await printed('runs', 'logs', failed.id)}`);
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** What is met on the way from something to where it comes from and what it reached: ids, by kind. */
async function traced(reference: string): Promise<(kind: string) => string[]> {
  const { nodes } = (await visavox('trace', reference)) as { nodes: { kind: string; id: string }[] };
  return (kind) => nodes.filter((node) => node.kind === kind).map(({ id }) => id);
}

/** What the model reads in scans, asked over the Open Inference Protocol as any of its clients does. */
async function predict(model: string, pixels: readonly number[][]) {
  const token = (
    await readFile(join(folder, '.visavox', 'home', 'secrets', 'operator.token'), 'utf8')
  ).trim();
  const answer = await fetch(`${url}/api/v1/serving/production/${model}/v2/models/digits/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      inputs: [{ name: 'pixels', datatype: 'FP32', shape: [pixels.length, 64], data: pixels.flat() }],
    }),
  });
  const { model_version: version, outputs, ...problem } = await answer.json();
  if (!answer.ok) return { status: answer.status, ...problem };
  const [{ data } = { data: [] }] = outputs as { data: number[] }[];
  const digits = pixels.map((_, row) => {
    const shares = data.slice(row * 10, row * 10 + 10);
    return shares.indexOf(Math.max(...shares));
  });
  return { status: answer.status, version, digits };
}

/** Some scans of the last delivery, which no training here has seen. */
async function unseen(): Promise<{ digits: number[]; pixels: number[][] }> {
  await run(python, ['scans.py', 'unseen', '3'], { cwd: folder });
  const lines = (await readFile(join(folder, 'unseen', '3.csv'), 'utf8')).trim().split('\n').slice(1, 51);
  const rows = lines.map((line) => line.split(',').map(Number));
  return { digits: rows.map(([digit = -1]) => digit), pixels: rows.map(([, ...pixels]) => pixels) };
}

it('stands on what is published of the platform alone', async () => {
  expect((await readdir(join(folder, 'node_modules', '@visavox'))).sort()).toEqual([
    'adapters',
    'api',
    'console',
    'control',
    'core',
    'host',
    'pipelines',
    'serving',
  ]);
});

describe('a model that knows nothing of faces', { timeout: 600_000 }, () => {
  let scans: Awaited<ReturnType<typeof unseen>>;
  const agreement = (digits: readonly number[]) =>
    digits.filter((digit, at) => digit === scans.digits[at]).length / scans.digits.length;

  it('is trained when its first data comes, registered, judged, released, and answers', async () => {
    scans = await unseen();
    expect(await predict('digits', scans.pixels)).toMatchObject({ status: 404, code: 'nothing_serves' });
    await deliver(1);
    expect(await released(1)).toMatchObject({
      stage: 'champion',
      reason: expect.stringMatching(/the first version.*accuracy 0\.\d+: at least 0\.8/),
    });
    const { metrics } = await visavox('models', 'show', 'digits@champion');
    expect(metrics).toMatchObject({ accuracy: expect.any(Number), loss: expect.any(Number) });
    const read = await predict('digits', scans.pixels);
    expect(agreement(read.digits)).toBeGreaterThan(0.7);
  });

  it('could be watched, epoch by epoch', async () => {
    const { runs } = (await visavox('runs', 'list')) as { runs: { id: string }[] };
    const id = runs.at(-1)?.id ?? '';
    const lines = (await printed('runs', 'watch', id)).split('\n').filter((line) => line.includes(' epoch '));
    expect(lines).toHaveLength(20);
    expect(lines[19]).toMatch(/train +epoch 19 {2}loss \S+ {2}accuracy \S+ {2}\d+\.\d s$/);
    const { curves } = await visavox('runs', 'watch', id, '--task', 'train');
    expect(curves).toMatchObject([
      { name: 'train', stepsAre: 'epoch', metrics: [{ name: 'loss' }, { name: 'accuracy', logged: 20 }] },
    ]);
    expect(curves[0].metrics[1].points).toHaveLength(20);
  });

  it('is trained again by new data, and the better version takes over without a restart', async () => {
    const before = await predict('digits', scans.pixels);
    await deliver(2);
    expect(await released(2)).toMatchObject({
      stage: 'champion',
      reason: expect.stringMatching(/accuracy 0\.\d+ -> 0\.\d+: not worse/),
    });
    const after = await predict('digits', scans.pixels);
    expect(after.version).not.toBe(before.version);
    expect(agreement(after.digits)).toBeGreaterThan(0.7);
    expect(await visavox('status')).toMatchObject({
      environments: [
        {
          name: 'production',
          champion: { model: 'digits', version: 2 },
          serving: '/api/v1/serving/production/digits',
        },
      ],
    });
  });

  it('leads from a release back to the data, and from the data to all releases', async () => {
    const { id } = await released(2);
    const made = await traced(`release:${id}`);
    expect(made('model')).toEqual(['digits:2']);
    expect(made('run')).toHaveLength(1);
    expect(made('dataset')).toHaveLength(1);
    expect(made('sample')).toEqual(['1.csv', '2.csv']);
    const reached = await traced('sample:1.csv');
    expect(reached('model').sort()).toEqual(['digits:1', 'digits:2']);
  });

  it('is rolled back at once, and stays so', async () => {
    const after = await predict('digits', scans.pixels);
    expect(await visavox('release', 'rollback')).toMatchObject({ version: 1 });
    const before = await predict('digits', scans.pixels);
    expect(before.version).not.toBe(after.version);
    expect(await visavox('release', 'status')).toMatchObject({
      releases: [
        { version: 2, stage: 'retired' },
        { version: 1, stage: 'champion' },
      ],
    });
  });

  it('is tried by hand: run, registered, brought up beside the champion, and promoted', async () => {
    const { id, state } = await visavox(
      'run',
      'pipeline.ts',
      '--param',
      'scans=scans',
      '--param',
      'epochs=40',
    );
    expect(state).toBe('succeeded');
    expect(await visavox('models', 'register', 'digits', '--from', `${id}/train/model`)).toMatchObject({
      ...{ name: 'digits', version: 3, run: id },
    });
    const proposed = await visavox('release', 'propose', 'digits:3', '--to', 'production');
    const [champion, challenger] = [
      await predict('digits', scans.pixels),
      await predict('digits@challenger', scans.pixels),
    ];
    expect(challenger).toMatchObject({ status: 200 });
    expect(challenger.version).not.toBe(champion.version);
    await visavox('release', 'promote', proposed.id);
    expect(await predict('digits', scans.pixels)).toEqual(challenger);
    expect(await predict('digits@challenger', scans.pixels)).toMatchObject({ status: 404 });
  });
});
