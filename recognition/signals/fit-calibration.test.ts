import { expect, test } from 'vitest';
import publishedCalibration from '../published-calibration.json' with { type: 'json' };
import { Calibration } from './calibration.ts';
import { REFERENCE, straightLine } from './evidence-map.ts';
import { fitCalibration } from './fit-calibration.ts';
import { scatteredPeople } from './test-sides.test-support.ts';
import { verifications } from './trials.ts';

const map = straightLine({ slope: 12, offset: -6 }, { limit: 8 });
const parent: Calibration = {
  format: 2,
  face: map,
  voice: map,
  decision: { targetFmr: 1e-4, modalityFmr: 1e-2, face: 3, voice: 3, threshold: 7, stepUp: 4 },
  measured: { on: 'a', how: 'b', trials: {}, figures: {} },
};
const trials = (people: number) => ({
  trials: verifications(scatteredPeople(people, { scatter: 0.5 }), REFERENCE),
  people,
});

test('a handful of people never makes a threshold lower among the comparisons that there are', () => {
  const child = fitCalibration({ face: trials(5), voice: trials(5), parent, on: 'five people', how: 'c' });
  const gain = child.voice.parts[0]!.slope / map.parts[0]!.slope;
  const bias = child.voice.offset - gain * map.offset;
  expect(child.decision.voice).toBeGreaterThanOrEqual(gain * parent.decision.voice + bias - 1e-9);
  expect(child.decision.threshold).toBeGreaterThanOrEqual(child.decision.face + child.decision.voice);
  expect(child.measured).toMatchObject({
    on: 'five people',
    trials: { face: { genuine: 20, impostor: 80 } },
  });
});

test('many people set thresholds of their own', () => {
  const child = fitCalibration({ face: trials(60), voice: trials(60), parent, on: 'sixty people', how: 'c' });
  expect(child.decision.voice).toBeGreaterThanOrEqual(0);
  expect(child.decision.voice).toBeLessThan(child.voice.limit);
});

test('the published calibration asks for both proofs', () => {
  const { decision, face, voice } = Calibration.parse(publishedCalibration);
  expect(decision.targetFmr).toBe(1e-4);
  expect(decision.face).toBeGreaterThan(0);
  expect(decision.voice).toBeGreaterThan(0);
  expect(decision.face).toBeLessThan(face.limit);
  expect(decision.voice).toBeLessThan(voice.limit);
  expect(decision.threshold).toBeGreaterThanOrEqual(decision.face + decision.voice - 1e-3);
});
