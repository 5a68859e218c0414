import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Tensor } from '../protocol/tensor.ts';
import { type TestBundle, testBundle } from '../testing/bundle-folder.ts';
import { readPlainFolder } from './model-folder.ts';
import { SessionPool } from './session-pool.ts';

let bundle: TestBundle;
let pool: SessionPool;
const lost: Error[] = [];

beforeEach(async () => {
  bundle = await testBundle();
  pool = await start(1);
});
afterEach(async () => {
  await pool.close();
  await bundle.remove();
});

async function start(threads: number): Promise<SessionPool> {
  const { models } = await readPlainFolder(bundle.folder);
  return SessionPool.start({
    models,
    threads,
    queue: 3,
    batching: 'off',
    onLost: (error) => lost.push(error),
  });
}

const row = (...values: number[]) => Float32Array.from(values);
const inputs = (value: number): Tensor[] => [
  { name: 'a', datatype: 'FP32', shape: [1, 3], data: row(value, value, value) },
  { name: 'b', datatype: 'FP32', shape: [1, 3], data: row(1, 2, 3) },
];
const job = (value: number) => ({ model: 'sum', inputs: inputs(value), outputs: undefined });

test('answers come back to who asked, whichever thread computed them', async () => {
  const several = await start(2);
  for (let round = 0; round < 50; round++) {
    const answers = await Promise.all([0, 1, 2, 3, 4].map((value) => several.submit(job(value))));
    expect(answers.map(({ outputs }) => outputs[0]?.data)).toEqual(
      [0, 1, 2, 3, 4].map((value) => row(value + 1, value + 2, value + 3)),
    );
  }
  await several.close();
  expect(lost).toEqual([]);
});

test('one more than may wait is refused at once; the others are answered', async () => {
  const submitted = Array.from({ length: 5 }, (_, index) => pool.submit(job(index)));
  expect(() => pool.submit(job(9))).toThrow('3 requests wait already');
  expect((await Promise.all(submitted)).length).toBe(5);
  expect((await pool.submit(job(1))).outputs[0]?.data).toEqual(row(2, 3, 4));
});

test('who went away makes room, and costs no inference', async () => {
  const running = Array.from({ length: 2 }, (_, index) => pool.submit(job(index)));
  const gone = Array.from({ length: 3 }, () => pool.submit({ ...job(0), abandoned: () => true }));
  const outcomes = Promise.allSettled(gone);
  expect((await pool.submit(job(5))).outputs[0]?.data).toEqual(row(6, 7, 8));
  expect(await outcomes).toMatchObject(
    Array(3).fill({ status: 'rejected', reason: { code: 'request_abandoned' } }),
  );
  await Promise.all(running);
});

test('jobs that wait for one model run together, and each gets its own rows', async () => {
  const { models } = await readPlainFolder(bundle.folder);
  const together = await SessionPool.start({
    models,
    threads: 1,
    batching: 'on',
    onLost: (error) => lost.push(error),
  });
  await expect.poll(() => [...together.batched]).toEqual(['sum']);
  const rows = (count: number, value: number): Tensor[] =>
    ['b', 'a'].map((name) => ({
      name,
      datatype: 'FP32',
      shape: [count, 3],
      data: new Float32Array(count * 3).fill(name === 'a' ? value : 0.5),
    }));
  const askew = {
    model: 'sum',
    inputs: [...rows(2, 1).slice(0, 1), ...rows(3, 1).slice(1)],
    outputs: undefined,
  };
  const submitted = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3].map((count, index) =>
    together.submit({
      model: 'sum',
      inputs: index % 2 ? rows(count, index) : rows(count, index).reverse(),
      outputs: ['c'],
    }),
  );
  await expect(together.submit(askew)).rejects.toMatchObject({ code: 'not_computable' });
  const answers = await Promise.all(submitted);
  expect(answers.map(({ outputs }) => outputs[0]?.data)).toEqual(
    [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3].map((count, index) => new Float32Array(count * 3).fill(index + 0.5)),
  );
  expect(Math.max(...answers.map((answer) => answer.together))).toBe(8);
  await together.close();
});
