import { expect, test } from 'vitest';
import { costOfRatios, errorRates, wilson } from './error-rates.ts';

const steps = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));

test('scores that do not overlap have no errors', () => {
  const rates = errorRates(steps(50, 1, 2), steps(400, -2, 0));
  expect(rates).toMatchObject({ genuine: 50, impostor: 400, eer: 0, fnmr: { '1e-2': 0 } });
  expect(rates.fnmrInterval['1e-2']?.[1]).toBeGreaterThan(0.05);
});

test('scores that say nothing have an equal error rate of one half', () => {
  const scores = steps(1000, 0, 1);
  expect(errorRates(scores, scores).eer).toBeCloseTo(0.5, 2);
  expect(errorRates([1, 1], [1, 1]).eer).toBeCloseTo(0.5, 9);
});

test('the equal error rate lies between the operating points of the data', () => {
  // One of four impostors reaches the lowest of four genuine scores.
  expect(errorRates([2, 3, 4, 5], [-1, 0, 1, 2.5]).eer).toBeCloseTo(0.25, 9);
  expect(errorRates([2, 3, 4, 5], [-1, 0, 1, 1.5]).eer).toBe(0);
});

test('FNMR counts the genuine scores that do not beat the best impostor that must be refused', () => {
  const impostor = steps(1000, 0, 0.999);
  // Ten impostors (1 %) may pass: 0.990 to 0.999. A match has to score above 0.989.
  const rates = errorRates([0.5, 0.989, 0.9895, 2], impostor);
  expect(rates.fnmr['1e-2']).toBe(0.5);
});

test('a rate that too few impostors stand behind is not given', () => {
  const rates = errorRates(steps(100, 1, 2), steps(2_999, -1, 0));
  expect(rates.fnmr).toEqual({ '1e-2': 0, '1e-3': null, '1e-4': null });
  expect(rates.fnmrInterval['1e-3']).toBeNull();
  expect(errorRates(steps(100, 1, 2), steps(3_000, -1, 0)).fnmr['1e-3']).toBe(0);
  expect(errorRates([], [1]).eer).toBeNull();
});

test('a comparison that could not be made never matches', () => {
  const failed = [...steps(98, 1, 2), -Infinity, -Infinity];
  expect(errorRates(failed, steps(400, -2, 0)).fnmr['1e-2']).toBe(0.02);
  expect(errorRates(failed, steps(400, -2, 0)).eer).toBeGreaterThan(0);
  expect(errorRates([-Infinity], [-Infinity]).eer).toBe(1);
  const failedImpostors = [...steps(398, -2, 0), -Infinity, -Infinity];
  expect(errorRates(steps(100, 1, 2), failedImpostors).eer).toBe(0);
});

test("Wilson's interval holds the share, and is not empty at the ends", () => {
  expect(wilson(0, 100)[0]).toBe(0);
  expect(wilson(0, 100)[1]).toBeCloseTo(0.037, 3);
  expect(wilson(50, 100)).toEqual([expect.closeTo(0.404, 3), expect.closeTo(0.596, 3)]);
});

test('ratios without evidence cost a bit, and confident wrong ones more', () => {
  expect(costOfRatios([0], [0])).toBeCloseTo(1, 9);
  expect(costOfRatios([20], [-20])).toBeLessThan(1e-6);
  expect(costOfRatios([-5, 5], [-5, 5])).toBeGreaterThan(1);
});
