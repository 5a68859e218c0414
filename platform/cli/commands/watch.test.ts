import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RunCurves } from '@visavox/api/curve-schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '..', 'bin', 'visavox.mjs');
const sha = `sha256:${'0'.repeat(64)}`;
const none = { parameters: {}, artifacts: {} };
const task = (name: string, state: string) => ({
  ...{ name, state, attempts: 1, cached: false, cacheKey: null, command: [], inputs: none, outputs: none },
  ...{
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: state === 'running' ? null : '2026-03-01T10:01:00.000Z',
  },
  ...{ reason: null, cpuSeconds: null },
});
const run = (state: string, tasks: readonly object[]) => ({
  ...{ id: 'r1', pipeline: 'digits', state, reason: null, trigger: 'manual', engine: 'local', tasks },
  pins: { pipeline: sha, code: sha, environment: sha, datasets: [], parameters: {}, seed: 1 },
  ...{ trackingRun: null, createdAt: '2026-03-01T09:59:00.000Z', finishedAt: null },
});
const curves = (...losses: number[]): RunCurves => ({
  problem: null,
  tasks: ['train', 'test'].map((name) => ({
    ...{ name, state: 'running', cached: false, startedAt: '2026-03-01T10:00:00.000Z', stepsAre: 'epoch' },
    metrics: [
      {
        ...{ name: 'loss', chart: 'loss', logged: losses.length },
        points: losses.map((value, step) => ({
          ...{ step, value },
          time: new Date(Date.parse('2026-03-01T10:00:02Z') + step * 2000).toISOString(),
        })),
      },
    ],
  })),
});

let server: Server;
let url: string;
/** What the server tells of the run, again and again; the last of each stays. */
let runs: object[];
let told: RunCurves[];
let posted: string[];
beforeEach(async () => {
  posted = [];
  server = createServer((request, response) => {
    if (request.method !== 'GET') posted.push(`${request.method} ${request.url}`);
    const of: object[] = request.url?.endsWith('/curves') ? told : runs;
    const answer = of.length > 1 ? of.shift() : of[0];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

/** `visavox runs watch r1`, and what it has printed so far. */
function watch(...words: string[]): {
  process: ChildProcess;
  printed: () => { stdout: string; stderr: string };
} {
  const env = { ...process.env, VISAVOX_TOKEN: 'the-token', VISAVOX_SERVER: url };
  const watching = spawn(process.execPath, [bin, 'runs', 'watch', 'r1', ...words], { env });
  const printed = { stdout: '', stderr: '' };
  watching.stdout.on('data', (text) => (printed.stdout += text));
  watching.stderr.on('data', (text) => (printed.stderr += text));
  return { process: watching, printed: () => printed };
}
async function watched(...words: string[]) {
  const { process, printed } = watch(...words);
  const [code] = await once(process, 'close');
  return { code, ...printed() };
}
const plain = (text: string) =>
  text
    .trim()
    .replace(/ {2,}/g, '  ')
    .split('\n')
    .map((line) => line.trim());

it('follows the tasks of a run and each of their steps until it ends', async () => {
  runs = [
    run('running', [task('train', 'running')]),
    run('succeeded', [task('train', 'succeeded'), task('test', 'succeeded')]),
  ];
  told = [curves(0.5), curves(0.5, 0.25)];
  const { code, stdout, stderr } = await watched();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(plain(stdout)).toEqual([
    'train  running',
    'train  epoch 0  loss 0.500  2.0 s',
    'train  epoch 1  loss 0.250  2.0 s',
    'train  succeeded',
    'test  epoch 0  loss 0.500  2.0 s',
    'test  epoch 1  loss 0.250  2.0 s',
    'test  succeeded',
    'run r1 succeeded',
  ]);
});

it('prints what was when the run has ended, of one task where it is named', async () => {
  runs = [run('failed', [task('train', 'succeeded'), task('test', 'failed')])];
  told = [curves(0.5)];
  const { code, stdout } = await watched('--task', 'test');
  expect(code).toBe(1);
  expect(plain(stdout)).toEqual(['test  epoch 0  loss 0.500  2.0 s', 'test  failed', 'run r1 failed']);
  const wrong = await watched('--task', 'tset');
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toBe('run r1 has no task "tset"\nName one of train, test.\n');
});

it('prints one JSON document with the run and its curves on request, and the lines beside it', async () => {
  runs = [run('succeeded', [task('train', 'succeeded')])];
  told = [curves(0.5, 0.25)];
  const { stdout, stderr } = await watched('--json', '--task', 'train');
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ id: 'r1', state: 'succeeded' },
    curves: [{ name: 'train', metrics: [{ name: 'loss', points: [{ step: 0, value: 0.5 }, { step: 1 }] }] }],
  });
  expect(stderr).toContain('epoch 1  loss 0.250');
});

it('goes on without metrics while MLflow is away, and says so once', async () => {
  runs = [run('running', [task('train', 'running')]), run('succeeded', [task('train', 'succeeded')])];
  told = [
    {
      tasks: [],
      problem: { code: 'tracking_unavailable', detail: 'MLflow does not answer', action: 'Wait.' },
    },
  ];
  const { code, stdout } = await watched();
  expect(code).toBe(0);
  expect(plain(stdout)).toEqual([
    ...[
      'train  running',
      'metrics are missing: MLflow does not answer',
      'train  succeeded',
      'run r1 succeeded',
    ],
  ]);
});

it('is stopped by Ctrl-C, which leaves the run alone, and says so', async () => {
  runs = [run('running', [task('train', 'running')])];
  told = [curves(0.5)];
  const { process, printed } = watch();
  await expect.poll(() => printed().stdout, { timeout: 30_000 }).toContain('epoch 0');
  const closed = once(process, 'close');
  process.kill('SIGINT');
  expect((await closed)[0]).toBe(130);
  expect(plain(printed().stdout).slice(-2)).toEqual([
    'Run r1 goes on: visavox runs watch r1 follows it, visavox runs cancel r1 stops it.',
    'run r1 running',
  ]);
  expect(posted).toEqual([]);
});
