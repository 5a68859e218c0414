import { expect, test } from 'vitest';
import { checkCalibration, detCurve, histogram, rejectCurve } from './curves.ts';
import { errorRates } from './error-rates.ts';
import type { ScoredComparison } from './scored-comparisons.ts';

/** Ratios as a well calibrated model gives them: normal, with a mean of half their variance, either way. */
function ratios(count: number, sign: 1 | -1, variance = 8): number[] {
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 0.5) / count;
    return sign * (variance / 2) + Math.sqrt(variance) * inverseNormal(share);
  });
}

/** Bisection on Simpson's rule would do; this is the logistic approximation, exact enough here. */
function inverseNormal(share: number): number {
  return Math.log(share / (1 - share)) / 1.702;
}

const compared = (scores: readonly number[], same: boolean): ScoredComparison[] =>
  scores.map((score, index) => ({ same, score, person: `p${index}`, quality: null, traits: {} }));

test('the curve goes through the rates that are reported', () => {
  const [genuine, impostor] = [ratios(500, 1), ratios(5000, -1)];
  const curve = detCurve(genuine, impostor);
  const { fnmr } = errorRates(genuine, impostor);
  for (const level of ['1e-2', '1e-3'] as const) {
    const before = curve.filter((point) => point.fmr <= Number(level)).at(-1);
    expect(before?.fnmr).toBeCloseTo(fnmr[level] ?? -1, 1);
  }
  expect(curve.at(-1)).toEqual({ fmr: 1, fnmr: 0 });
});

test('a comparison that could not be made is missed at every threshold', () => {
  const curve = detCurve([-Infinity, 3, 4, 5], [-1, -2, -3]);
  expect(curve[0]).toEqual({ fmr: 0, fnmr: 0.25 });
  expect(curve.at(-1)).toEqual({ fmr: 1, fnmr: 0.25 });
});

test('shares of a histogram add up, outliers included', () => {
  const { edges, genuine, impostor } = histogram([1, 2, 3, 500, -Infinity], [-1, -2, -3, -4]);
  const sum = (shares: readonly number[]) => shares.reduce((total, share) => total + share, 0);
  expect([edges.length, sum(genuine), sum(impostor)]).toEqual([41, expect.closeTo(1), expect.closeTo(1)]);
});

test('calibration that overstates costs what a recalibration would save', () => {
  const honest = [...compared(ratios(400, 1), true), ...compared(ratios(400, -1), false)];
  const boastful = honest.map((one) => ({ ...one, score: one.score * 4 }));
  const [right, wrong] = [checkCalibration(honest), checkCalibration(boastful)];
  expect(right?.minCllr).toBeLessThanOrEqual(right?.cllr ?? 0);
  expect(wrong?.minCllr).toBeCloseTo(right?.minCllr ?? 0, 6);
  expect(wrong?.cllr).toBeGreaterThan((right?.cllr ?? 1) * 1.3);
  const measured = right?.points.map((point) => point.measured) ?? [];
  expect(measured).toEqual([...measured].sort((a, b) => a - b));
  expect(checkCalibration(compared([1, 2], true))).toBeNull();
});

test('refusing the poorest recordings helps where the poorest are those that are missed', () => {
  const comparisons = Array.from({ length: 100 }, (_, index) => ({
    same: true,
    score: index < 20 ? -5 : 5,
    person: 'p',
    quality: index / 100,
    traits: {},
  }));
  const curve = rejectCurve(comparisons, 0);
  expect([curve[0], curve[4]]).toEqual([
    { rejected: 0, fnmr: 0.2 },
    { rejected: 0.2, fnmr: 0 },
  ]);
});
