import { expect, test } from 'vitest';
import type { Calibration } from '../signals/calibration.ts';
import { straightLine } from '../signals/evidence-map.ts';
import { decisionFigures } from './fused-decision.ts';
import type { ScoredComparison } from './scored-comparisons.ts';

const map = straightLine({ slope: 1, offset: 0 }, { limit: 6 });
const calibration: Calibration = {
  format: 2,
  face: map,
  voice: { ...map, against: 3 },
  decision: { targetFmr: 1e-4, modalityFmr: 1e-2, face: 1, voice: 2, threshold: 4, stepUp: 2 },
  measured: { on: 'a', how: 'b', trials: {}, figures: {} },
};

const scored = (same: boolean, score: number, together?: number): ScoredComparison => ({
  ...{ same, score, person: 'p', quality: null, traits: {} },
  ...(together === undefined ? {} : { together }),
});
const many = (count: number, one: (index: number) => ScoredComparison) =>
  Array.from({ length: count }, (_, i) => one(i));

/** One voice in ten is missed at first and known by two tries together; one stranger's voice in a hundred passes for it. */
const genuine = many(400, (index) => scored(true, index % 10 === 0 ? 1 : 5, 4));
const strangers = many(400, (index) => scored(false, index % 100 === 0 ? 3 : -4, index % 100 === 1 ? 3 : -4));
const faces = { genuine: many(400, () => scored(true, 6)), strangers: many(400, () => scored(false, -5)) };

const figures = decisionFigures(calibration, {
  pairs: [
    ...genuine.map((heard, index) => ({ seen: faces.genuine[index]!, heard })),
    ...strangers.map((heard, index) => ({ seen: faces.strangers[index]!, heard })),
  ],
  faces: [...faces.genuine, ...faces.strangers],
  voices: [...genuine, ...strangers],
});

test('each modality has to hold by itself, and a second try counts for strangers too', () => {
  expect(figures).toMatchObject({
    ...{ genuine: 400, impostor: 400, refused: 40, accepted: 0 },
    ...{ fnmr: 0.1, fmr: 0 },
    thresholds: { face: 1, voice: 2, fused: 4 },
    rightFaceStrangersVoice: { rate: 0.01, count: 4, comparisons: 400, distinct: 400 },
    strangersFaceRightVoice: { rate: 0, count: 0 },
    withinTwoTries: {
      fnmr: { rate: 0, count: 0 },
      rightFaceStrangersVoice: { rate: 0.02, count: 8 },
    },
  });
});

test('strangers in both are as rare as each modality makes them', () => {
  expect(figures?.independent).toMatchObject({ fmr: 0, pairs: 160_000 });
  expect(figures?.independent.most, 'with the upper ends of both').toBeLessThan(1e-3);
  expect(figures?.atFmr1e4).toEqual({ threshold: 3, fnmr: 0.1 });
});

test('few comparisons carry no rate, though their number is told', () => {
  const few = decisionFigures(calibration, {
    pairs: [
      { seen: scored(true, 6), heard: scored(true, 5) },
      { seen: scored(false, -5), heard: scored(false, -Infinity) },
    ],
    faces: [scored(false, -5)],
    voices: [scored(false, -Infinity)],
  });
  expect(few?.rightFaceStrangersVoice).toMatchObject({ rate: null, count: 0, comparisons: 1 });
  expect(few?.atFmr1e4).toBeNull();
  expect(decisionFigures(calibration, { pairs: [], faces: [], voices: [] })).toBeNull();
});
