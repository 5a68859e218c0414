import { expect, test } from 'vitest';
import {
  effectiveCount,
  fitAffine,
  fitAveraging,
  fitCalibration,
  fusedThreshold,
  logLikelihoodRatio,
} from './calibration.ts';

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

test('evidence against the person can be bounded more than evidence for it', () => {
  const map = { slope: 30, offset: -18, limit: 8, against: 2 };
  expect([logLikelihoodRatio(map, 0), logLikelihoodRatio(map, 1)]).toEqual([-2, 8]);
});

test('a mean of more recordings has to be nearer to say the same', () => {
  const line = { zero: -0.03, width: 0.002 };
  const map = { slope: 250, offset: -232.5, limit: 8, averaging: { ...line, coherence: 0.95 } };
  const [one, two] = [
    { enrol: 3, probe: 1 },
    { enrol: 3, probe: 2 },
  ];
  expect(logLikelihoodRatio(map, 0.93, one)).toBeCloseTo(0, 9);
  expect(logLikelihoodRatio(map, 0.93 + 0.015, two)).toBeCloseTo(0, 9);
  const measured = fitAveraging([
    { counts: one, map },
    { counts: two, map: { ...map, slope: 1 / (1 / 250 - 0.001), offset: -0.945 / (1 / 250 - 0.001) } },
  ]);
  expect(measured).toEqual({ zero: expect.closeTo(-0.03, 9), width: expect.closeTo(0.002, 9) });
});

test('the frames of a burst count as one recording, photographs of other days as several', () => {
  const map = { slope: 250, offset: -232.5, limit: 8, averaging: { zero: 0, width: 0, coherence: 0.95 } };
  const apart = (cosine: number) => [
    Float32Array.of(1, 0),
    Float32Array.of(cosine, Math.sqrt(1 - cosine ** 2)),
  ];
  expect(effectiveCount(map, apart(1))).toBeCloseTo(1, 3);
  expect(effectiveCount(map, apart(0.995))).toBeLessThan(1.1);
  expect(effectiveCount(map, apart(0.95))).toBeCloseTo(2, 3);
  expect(effectiveCount(map, apart(0.5))).toBeCloseTo(2, 3);
});

test('a poor recording says less, for the person and against, and good ones say all', () => {
  const map = { slope: 30, offset: -18, limit: 8 };
  const ratio = (score: number, quality: number) => logLikelihoodRatio(map, score, undefined, quality);
  expect([1, 0.5, 0.25, 0].map((quality) => ratio(0.8, quality))).toEqual([
    expect.closeTo(6, 9),
    expect.closeTo(6, 9),
    expect.closeTo(3, 9),
    0,
  ]);
  expect(ratio(0.4, 0.25)).toBeCloseTo(-3, 9);
});
