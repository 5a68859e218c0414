import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RequestLog } from './request-log.ts';

let folder: string;
const faults: unknown[] = [];
let dice: number[];
let log: RequestLog;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'visavox-requests-')), 'requests');
  dice = [];
  log = new RequestLog({
    ...{ folder, now: () => new Date('2026-03-01T10:00:00Z'), report: (error) => faults.push(error) },
    wishOf: (environment, model) =>
      environment === 'production' && model === 'wines' ? { sample: 0.25, mask: ['name'] } : undefined,
    random: () => dice.shift() ?? 0,
  });
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
  expect(faults).toEqual([]);
});

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const about = {
  ...{ environment: 'production', model: 'wines', version: 3, path: '/invocations', status: 200, ms: 4 },
};

it('nothing is logged unless the project says so, and then a sample', () => {
  expect(log.wants('test', 'wines')).toBe(false);
  expect(log.wants('production', 'birds')).toBe(false);
  dice = [0.1, 0.25, 0.9, 0];
  expect([1, 2, 3, 4].map(() => log.wants('production', 'wines'))).toEqual([true, false, false, true]);
});

it('lines are written one after the other, without what is hidden, for the owner alone', async () => {
  const request = { dataframe_split: { columns: ['name', 'age'], data: [['Ada', 36]] } };
  log.record({ ...about, request: bytes(request), response: bytes({ predictions: [1] }) });
  log.record({ ...about, request: bytes('bytes \u0000'), response: Buffer.from([255, 0]) });
  await log.close();
  const file = join(folder, 'production', 'wines', '2026-03-01.jsonl');
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      ...{ at: '2026-03-01T10:00:00.000Z', version: 3, status: 200 },
      request: { dataframe_split: { columns: ['name', 'age'], data: [['***', 36]] } },
      response: { predictions: [1] },
    },
    { request: { bytes: 7 }, response: { bytes: 2 } },
  ]);
  expect(lines.join()).not.toContain('Ada');
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect(await readdir(folder)).toEqual(['production']);
});
