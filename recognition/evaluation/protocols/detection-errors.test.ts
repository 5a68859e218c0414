import { expect, test } from 'vitest';
import { seededDraws } from '../../seeded-draws.ts';
import { errorRates } from '../error-rates.ts';
import { actualCost, detectionErrors, rankTrials } from './detection-errors.ts';

const trials = (genuine: readonly number[], impostor: readonly number[]) => ({
  scores: Float64Array.from([...genuine, ...impostor]),
  same: Uint8Array.from([...genuine.map(() => 1), ...impostor.map(() => 0)]),
});
const errorsOf = (genuine: readonly number[], impostor: readonly number[], target = 0.01) => {
  const { scores, same } = trials(genuine, impostor);
  return detectionErrors(rankTrials(scores, same), [{ target, miss: 1, falseAlarm: 1 }]);
};

test('scores that do not overlap cost nothing', () => {
  expect(errorsOf([3, 4], [1, 2])).toEqual({ eer: 0, minDcf: [0] });
});

test('the least cost, by hand', () => {
  // Above 2.5 one of five is missed: 0.2. To let that impostor pass would cost 99 / 4.
  expect(errorsOf([2, 3, 4, 5, 6], [-1, 0, 1, 2.5])?.minDcf[0]).toBeCloseTo(0.2, 12);
  // With both kinds alike it is cheaper to let that impostor pass than to miss two of five.
  expect(errorsOf([2, 2.2, 4, 5, 6], [-1, 0, 1, 2.5], 0.5)?.minDcf[0]).toBeCloseTo(0.25, 12);
  // Scores the wrong way round are worth no more than to refuse everybody.
  expect(errorsOf([1, 2], [3, 4])?.minDcf[0]).toBe(1);
});

test('a trial without a score never passes', () => {
  expect(errorsOf([5, -Infinity], [1, -Infinity])).toEqual({ eer: 0.5, minDcf: [0.5] });
  expect(errorsOf([], [1])).toBeNull();
});

test('the equal error rate is the one of all other evaluations here', () => {
  const random = seededDraws(4);
  const genuine = Array.from({ length: 300 }, () => Math.round(20 * (random() + 0.4)) / 10);
  const impostor = Array.from({ length: 500 }, () => Math.round(20 * random()) / 10);
  expect(errorsOf(genuine, impostor)?.eer).toBeCloseTo(errorRates(genuine, impostor).eer ?? Number.NaN, 12);
});

/** ComputeErrorRates, ComputeMinDcf and the EER as the published scripts of VoxCeleb have them, for scores without ties. */
function published(genuine: readonly number[], impostor: readonly number[], target: number) {
  const sorted = [
    ...genuine.map((score) => ({ score, same: 1 })),
    ...impostor.map((score) => ({ score, same: 0 })),
  ].sort((a, b) => a.score - b.score);
  let [missed, refused] = [0, 0];
  let [least, nearest, eer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (const { same } of sorted) {
    missed += same;
    refused += 1 - same;
    const [misses, falseAlarms] = [missed / genuine.length, 1 - refused / impostor.length];
    least = Math.min(least, misses * target + falseAlarms * (1 - target));
    if (Math.abs(misses - falseAlarms) < nearest) {
      nearest = Math.abs(misses - falseAlarms);
      eer = Math.max(misses, falseAlarms);
    }
  }
  return { minDcf: least / Math.min(target, 1 - target), eer };
}

test.each([0.01, 0.05])('as the published script computes it, target %d', (target) => {
  const random = seededDraws(9);
  const genuine = Array.from({ length: 400 }, () => random() + 0.5);
  const impostor = Array.from({ length: 900 }, () => random());
  const [ours, theirs] = [errorsOf(genuine, impostor, target), published(genuine, impostor, target)];
  expect(ours?.minDcf[0]).toBeCloseTo(theirs.minDcf, 12);
  expect(Math.abs((ours?.eer ?? 1) - theirs.eer)).toBeLessThan(1 / 400);
});

test('a trial of weight two counts as two', () => {
  const { scores, same } = trials([1, 3], [0, 2]);
  const cost = { target: 0.5, miss: 1, falseAlarm: 1 };
  const doubled = detectionErrors(rankTrials(scores, same), [cost], Float64Array.of(1, 2, 1, 1));
  expect(doubled).toEqual(errorsOf([1, 3, 3], [0, 2], 0.5));
});

test('decisions at the threshold of the costs', () => {
  const { scores, same } = trials([1, -1], [-5, 0.5]);
  // Target 0.5 and equal costs: threshold 0. One of two is missed, one of two passes.
  expect(actualCost(scores, same, { target: 0.5, miss: 1, falseAlarm: 1 })).toBeCloseTo(1, 12);
});
