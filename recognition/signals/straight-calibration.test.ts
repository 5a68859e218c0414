import { expect, test } from 'vitest';
import { Calibration } from './calibration.ts';
import { decide, fuse } from './decision.ts';
import { logLikelihoodRatio, scoreOf } from './evidence-map.ts';

/** As models were trained with before modalities had thresholds of their own. */
const earlier = {
  format: 1,
  face: {
    slope: 265.81,
    offset: -247.19,
    limit: 6.6682,
    averaging: { zero: -0.029879, width: 0.0024638, coherence: 0.95729 },
  },
  voice: { slope: 31.169, offset: -21.941, limit: 4.8828, against: 2.7081 },
  decision: { targetFmr: 0.001, threshold: 1.65, stepUp: -2.7 },
  measured: { on: 'people', how: 'then', trials: {}, figures: {} },
};

test('an earlier model’s ratios stay what they were', () => {
  const { face } = Calibration.parse(earlier);
  const side = (cosine: number) => ({
    direction: Float32Array.of(cosine, Math.sqrt(1 - cosine ** 2)),
    coherence: null,
    seconds: null,
  });
  const score = scoreOf(face, side(1), side(0.945));
  expect(logLikelihoodRatio(face, score)).toBeCloseTo(265.81 * 0.945 - 247.19, 3);
  // By two faces a cosine has to be nearer: 1/3 + 1/2 is half a unit below 1/3 + 1.
  const zero = 247.19 / 265.81 + 0.029879 / 2;
  const width = 1 / 265.81 - 0.0024638 / 2;
  expect(logLikelihoodRatio(face, score, { enrol: 3, probe: 2 })).toBeCloseTo((0.945 - zero) / width, 2);
});

test('an earlier model no longer lets a clear face make up for a voice', () => {
  const { decision } = Calibration.parse(earlier);
  expect(decision).toMatchObject({
    targetFmr: 1e-4,
    face: expect.closeTo(Math.log(100), 9),
    voice: expect.closeTo(Math.log(100), 9),
  });
  expect(decide(fuse(6.66, 0), decision)).not.toBe('accept');
  expect(decide(fuse(6.66, 4.4), decision)).not.toBe('accept');
  expect(decide(fuse(6.66, 4.8), decision)).toBe('accept');
  expect(decide(fuse(4.5, 4.8), decision)).not.toBe('accept');
});

test('a calibration of no known format is refused', () => {
  expect(Calibration.safeParse({ ...earlier, format: 3 }).success).toBe(false);
});
