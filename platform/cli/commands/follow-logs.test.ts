import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '..', 'bin', 'visavox.mjs');
const sha = `sha256:${'0'.repeat(64)}`;
const none = { parameters: {}, artifacts: {} };
const task = (name: string, state: string) => ({
  ...{ name, state, attempts: 1, cached: false, cacheKey: null, command: [], inputs: none, outputs: none },
  ...{ startedAt: null, finishedAt: null, reason: null, cpuSeconds: null },
});
const run = (state: string, tasks: readonly object[]) => ({
  ...{ id: 'r1', pipeline: 'digits', state, reason: null, trigger: 'manual', engine: 'local', tasks },
  pins: { pipeline: sha, code: sha, environment: sha, datasets: [], parameters: {}, seed: 1 },
  ...{ trackingRun: null, createdAt: '2026-03-01T09:59:00.000Z', finishedAt: null },
});

let server: Server;
let url: string;
/** What the server tells, again and again; the last of each stays. */
let runs: object[];
let logs: Record<string, string[]>;
beforeEach(async () => {
  server = createServer((request, response) => {
    const [, name] = /\/tasks\/([^/]+)\/logs$/.exec(request.url ?? '') ?? [];
    const of: (object | string)[] = name === undefined ? runs : (logs[name] ?? []);
    const told = of.length > 1 ? of.shift() : of[0];
    const isText = typeof told === 'string';
    if (told === undefined)
      return response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ code: 'unknown_task', detail: 'the run has the tasks train, test' }));
    return response
      .writeHead(200, { 'content-type': isText ? 'text/plain' : 'application/json' })
      .end(isText ? told : JSON.stringify(told));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

function follow(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, VISAVOX_SERVER: url, VISAVOX_TOKEN: 'the-token' };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [bin, 'runs', 'logs', '-f', 'r1', ...words],
      { env },
      (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

it('prints whole lines as they come, once each, and what was written last without an end', async () => {
  runs = [
    run('running', [task('train', 'running'), task('test', 'pending')]),
    run('running', [task('train', 'running'), task('test', 'pending')]),
    run('running', [task('train', 'succeeded'), task('test', 'running')]),
    run('succeeded', [task('train', 'succeeded'), task('test', 'succeeded')]),
  ];
  logs = {
    train: ['loss 2\nlo', 'loss 2\nloss 1\n', 'loss 2\nloss 1\nsaved'],
    test: ['', 'right 9 of 10\n'],
  };
  const { code, stdout, stderr } = await follow();
  expect(stdout).toBe('train | loss 2\ntrain | loss 1\ntrain | saved\ntest | right 9 of 10\n');
  expect(stderr).toContain('succeeded');
  expect(code).toBe(0);
});

it('prints the lines of one task as they are, and ends as the run does', async () => {
  runs = [run('failed', [task('train', 'failed'), task('test', 'skipped')])];
  logs = { train: ['no such column: age\n'], test: ['never read'] };
  expect(await follow('train')).toMatchObject({ code: 1, stdout: 'no such column: age\n' });
  const { code, stdout } = await follow('--json');
  expect(JSON.parse(stdout)).toEqual([{ task: 'train', log: 'no such column: age\n' }]);
  expect(code).toBe(1);
});

it('says which tasks there are where the run has none of the name', async () => {
  runs = [run('succeeded', [task('train', 'succeeded')])];
  logs = {};
  const { code, stderr } = await follow('trian');
  expect(stderr).toContain('the run has the tasks train, test');
  expect(code).toBe(1);
});
