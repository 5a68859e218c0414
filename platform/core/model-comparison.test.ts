import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import { noCard } from './model-card.ts';
import { type ComparedModel, compareModels, datasetName } from './model-comparison.ts';

const [autumn, winter] = [digestOf('autumn'), digestOf('winter')];
const names = new Map([
  [autumn, 'birds'],
  [winter, 'birds'],
]);
const nameOf = (digest: typeof autumn) => datasetName(names.get(digest), digest);

function version(number: number, changes: Partial<ComparedModel> = {}): ComparedModel {
  return {
    model: {
      ...{ name: 'birds', version: number, bundle: digestOf(`${number}`), run: `run-${number}` },
      ...{ createdAt: '2026-01-01T00:00:00.000Z', metrics: { accuracy: number / 10 } },
    },
    description: {
      ...{ format: 1, flavour: 'onnx', flavours: ['onnx'], file: 'birds.onnx', example: null, card: null },
      ...{ licence: null, requirements: [], python: null, faults: [] },
      signature: {
        inputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, number] } }],
        outputs: null,
        params: null,
      },
    },
    ...{ card: noCard, files: 1, bytes: 100 * number },
    pins: {
      ...{ pipeline: digestOf('p'), code: digestOf('c'), environment: digestOf('e') },
      ...{ datasets: [autumn], seed: 1 },
    },
    measuredOn: { accuracy: [autumn] },
    ...changes,
  };
}

const figure = (a: ComparedModel, b: ComparedModel, on: typeof autumn | null = null) =>
  compareModels(a, b, { on, nameOf }).metrics[0];

describe('two versions', () => {
  it('have figures that compare where both were measured on the same dataset version', () => {
    expect(figure(version(1), version(2))).toEqual({
      ...{ name: 'accuracy', a: 0.1, b: 0.2, comparable: true, why: `both on ${nameOf(autumn)}` },
    });
  });

  it.each([
    [{ measuredOn: { accuracy: [winter] } }, `birds:1 on ${nameOf(autumn)}, birds:2 on ${nameOf(winter)}`],
    [{ pins: null }, 'nobody recorded what birds:2 was measured on'],
    [{ measuredOn: {} }, 'the run of birds:2 recorded no dataset version'],
    [{ model: { ...version(2).model, metrics: { loss: 1 } } }, 'birds:2 has no such figure'],
  ])('have figures that do not compare otherwise, and the reason is said: %j', (changes, why) => {
    expect(figure(version(1), version(2, changes))).toMatchObject({
      comparable: false,
      why: expect.stringContaining(why),
    });
  });

  it('that were measured on several are compared on the one that was held out', () => {
    const [a, b] = [version(1), version(2, { measuredOn: { accuracy: [winter, autumn] } })];
    expect(figure(a, b)).toMatchObject({
      comparable: false,
      why: expect.stringContaining(`if ${nameOf(autumn)} is what was held out, compare on that`),
    });
    expect(figure(a, b, autumn)).toMatchObject({ comparable: true, why: `both on ${nameOf(autumn)}` });
    expect(figure(a, b, winter)).toMatchObject({
      comparable: false,
      why: `birds:1 was measured on ${nameOf(autumn)}, not on ${nameOf(winter)}`,
    });
  });

  it('are shown with what else they differ in', () => {
    const { signature, sizes, lineage, card } = compareModels(version(1), version(2), { on: null, nameOf });
    expect(signature).toEqual([{ name: 'inputs', a: 'float32 [-1, 1]', b: 'float32 [-1, 2]', equal: false }]);
    expect(sizes).toContainEqual({ name: 'bytes', a: 100, b: 200, equal: false });
    expect(lineage).toContainEqual({ name: 'seed', a: 1, b: 1, equal: true });
    expect(card).toContainEqual({ name: 'flavour', a: 'onnx', b: 'onnx', equal: true });
  });
});
