import { expect, test } from 'vitest';
import { fitAffine, fitCalibration, fusedThreshold, logLikelihoodRatio } from './calibration.ts';

/** Normal deviates, always the same: the quantiles of the distribution. */
function normal(count: number, mean: number, deviation: number): number[] {
  const uniform = (index: number) => (index + 0.5) / count;
  // Logistic approximation of the normal quantile function, good to a percent.
  return Array.from({ length: count }, (_, index) => {
    const p = uniform(index);
    return mean + deviation * (Math.log(p / (1 - p)) / 1.702);
  });
}

const scores = { genuine: normal(500, 0.8, 0.05), impostor: normal(5000, 0.5, 0.1) };

test('a score as likely from the person as from anyone else is worth nothing', () => {
  const equal = { genuine: normal(400, 1, 1), impostor: normal(400, -1, 1) };
  const map = fitAffine(equal, null);
  expect(logLikelihoodRatio(map, 0)).toBeCloseTo(0, 0);
  expect(logLikelihoodRatio(map, 1)).toBeGreaterThan(1);
  expect(logLikelihoodRatio(map, -1)).toBeLessThan(-1);
});

test('however clear a comparison is, it says no more than the trials can carry', () => {
  const map = fitAffine({ genuine: [0.9, 0.95, 0.92], impostor: [0.1, 0.2, 0.15] }, null);
  expect(logLikelihoodRatio(map, 100)).toBe(Math.log(4));
});

test('few trials hardly move the map of the parent, many do', () => {
  const parent = { slope: 30, offset: -18, limit: 8 };
  const few = fitAffine({ genuine: [0.5], impostor: [0.4] }, parent);
  expect(logLikelihoodRatio(few, 0.7)).toBeCloseTo(logLikelihoodRatio(parent, 0.7), 0);
  const many = fitAffine(scores, parent);
  expect(Math.abs(logLikelihoodRatio(many, 0.75) - logLikelihoodRatio(parent, 0.75))).toBeGreaterThan(0.5);
});

test('a map that would turn evidence upside down is refused', () => {
  const inverted = { genuine: [0.1, 0.2], impostor: [0.8, 0.9, 0.85] };
  const parent = { slope: 30, offset: -18, limit: 8 };
  expect(fitAffine({ genuine: [], impostor: [1] }, parent)).toBe(parent);
  expect(fitAffine(inverted, parent).slope).toBeGreaterThan(0);
  expect(() => fitAffine({ genuine: [], impostor: [] }, null)).toThrow('needs genuine and impostor scores');
});

test('the fused threshold is met by the share of impostors that was asked for', () => {
  const ratios = Array.from({ length: 200 }, (_, index) => -index / 10);
  const sums = ratios.flatMap((face) => ratios.map((voice) => face + voice));
  const threshold = fusedThreshold(ratios, ratios, 0.01);
  const share = sums.filter((sum) => sum >= threshold).length / sums.length;
  expect(share).toBeLessThanOrEqual(0.01);
  expect(share).toBeGreaterThan(0.007);
});

test('with few impostors the threshold is never below the inherited one', () => {
  const parent = fitCalibration({ face: scores, voice: scores, parent: null, on: 'a', how: 'b' });
  expect(parent.decision.stepUp).toBeLessThanOrEqual(parent.decision.threshold);
  const child = fitCalibration({
    face: { genuine: [0.9], impostor: [0.1, 0.2] },
    voice: { genuine: [0.9], impostor: [0.1, 0.2] },
    parent,
    on: 'two people',
    how: 'by hand',
  });
  expect(child.decision.threshold).toBeGreaterThanOrEqual(parent.decision.threshold);
  expect(child.measured).toMatchObject({ on: 'two people', trials: { face: { genuine: 1, impostor: 2 } } });
});
