import { expect, test } from 'vitest';
import { mayBatch, shouldBatch } from './batching.ts';
import { type ProbedTensor, probeBatch } from './probe-batch.mjs';
import type { TensorSignature } from './signature.ts';

const tensor = (shape: (number | string)[], datatype: TensorSignature['datatype'] = 'FP32') => ({
  name: 't',
  datatype,
  shape,
});

test('metadata allow it where all tensors are floats with one free first size', () => {
  expect(mayBatch({ inputs: [tensor(['n', 3])], outputs: [tensor(['n', 2])] })).toBe(true);
  expect(mayBatch({ inputs: [tensor(['n', 3])], outputs: [tensor(['n', 'm'])] })).toBe(true);
  expect(mayBatch({ inputs: [tensor(['n', 'time'])], outputs: [tensor(['n', 2])] })).toBe(false);
  expect(mayBatch({ inputs: [tensor([1, 3])], outputs: [tensor([1, 2])] })).toBe(false);
  expect(mayBatch({ inputs: [tensor(['', 3])], outputs: [tensor(['', 2])] })).toBe(false);
  expect(mayBatch({ inputs: [tensor(['n', 3]), tensor([2])], outputs: [tensor(['n'])] })).toBe(false);
  expect(mayBatch({ inputs: [tensor(['n', 3], 'INT64')], outputs: [tensor(['n', 2])] })).toBe(false);
});

test('a model whose rows depend on each other is found out, and never batched', async () => {
  const inputs = [{ name: 'x', shape: ['n', 4] }];
  const change = (tensors: readonly ProbedTensor[], how: (data: Float32Array) => Float32Array) =>
    Promise.resolve(tensors.map((tensor) => ({ ...tensor, data: how(tensor.data) })));
  const eachRow = (tensors: readonly ProbedTensor[]) =>
    change(tensors, (data) => data.map((value) => value * 2));
  const overRows = (tensors: readonly ProbedTensor[]) =>
    change(tensors, (data) =>
      data.map((value) => value - data.reduce((sum, one) => sum + one, 0) / data.length),
    );
  expect((await probeBatch(inputs, 8, eachRow)).same).toBe(true);
  expect(shouldBatch('on', await probeBatch(inputs, 8, overRows))).toBe(false);
});

test('where it does not pay it is not done, unless that is asked for', () => {
  expect(shouldBatch('auto', { same: true, gain: 1.1 })).toBe(false);
  expect(shouldBatch('auto', { same: true, gain: 3 })).toBe(true);
  expect(shouldBatch('on', { same: true, gain: 1.1 })).toBe(true);
  expect(shouldBatch('off', { same: true, gain: 3 })).toBe(false);
});
