import { expect, test } from 'vitest';
import { bestThreshold, foldAccuracy } from './fold-accuracy.ts';

test('the threshold lies half-way between two scores that it keeps apart', () => {
  expect(bestThreshold({ scores: Float64Array.of(1, 4), same: Uint8Array.of(0, 1) })).toBe(2.5);
  // Right on four of five wherever it lies between 1 and 6 except around 3: of these the middle one.
  const scores = Float64Array.of(1, 2, 3, 6, 7);
  expect(bestThreshold({ scores, same: Uint8Array.of(0, 1, 0, 1, 1) })).toBe(4.5);
  const failed = Float64Array.of(-Infinity, -Infinity);
  expect(bestThreshold({ scores: failed, same: Uint8Array.of(0, 1) })).toBe(Number.POSITIVE_INFINITY);
});

test('each fold by the threshold of the others; mean and standard error over the folds', () => {
  const found = foldAccuracy({
    // The third fold is decided at 2.5, and both of its pairs wrongly.
    scores: Float64Array.of(5, 0, 5, 0, 2, 3),
    same: Uint8Array.of(1, 0, 1, 0, 1, 0),
    fold: Uint8Array.of(0, 0, 1, 1, 2, 2),
  });
  expect(found?.folds).toEqual([1, 1, 0]);
  expect(found?.mean).toBeCloseTo(2 / 3, 12);
  // Standard deviation sqrt(((1/3)^2 + (1/3)^2 + (2/3)^2) / 2), by the root of three.
  expect(found?.standardError).toBeCloseTo(Math.sqrt(6 / 9 / 2 / 3), 12);
  expect([...(found?.right ?? [])]).toEqual([1, 1, 1, 1, 0, 0]);
});

test('a pair that could not be compared counts as different', () => {
  const found = foldAccuracy({
    scores: Float64Array.of(5, 0, -Infinity, -Infinity),
    same: Uint8Array.of(1, 0, 1, 0),
    fold: Uint8Array.of(0, 0, 1, 1),
  });
  expect(found?.folds[1]).toBe(0.5);
  expect(
    foldAccuracy({ scores: Float64Array.of(1), same: Uint8Array.of(1), fold: Uint8Array.of(0) }),
  ).toBeNull();
});
