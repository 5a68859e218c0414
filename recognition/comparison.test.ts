import { describe, expect, it } from 'vitest';
import {
  type Contestant,
  compareOnUnseen,
  type PersonEmbeddings,
  type RecordedEmbedding,
  STRANGERS_FACE,
  STRANGERS_VOICE,
} from './comparison.ts';
import type { Calibration } from './signals/calibration.ts';
import { straightLine } from './signals/evidence-map.ts';
import { normalise } from './signals/vectors.ts';

const map = straightLine({ slope: 12, offset: -6 }, { limit: 8 });
const calibration: Calibration = {
  format: 2,
  face: map,
  voice: map,
  decision: { targetFmr: 1e-3, modalityFmr: 1e-2, face: 1, voice: 1, threshold: 4, stepUp: 2 },
  measured: { on: 'the example', how: 'by hand', trials: {}, figures: {} },
};

/** People at directions of their own; `noise` is how far their recordings scatter. */
function population(count: number, noise: number): PersonEmbeddings[] {
  let state = 7;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const vector = () => Float32Array.from({ length: 16 }, random);
  return Array.from({ length: count }, () => {
    const [face, voice] = [vector(), vector()];
    const near = (centre: Float32Array) => {
      const scatter = vector();
      return { vector: normalise(centre.map((value, index) => value + noise * (scatter[index] ?? 0))) };
    };
    return {
      face: Array.from({ length: 4 }, () => near(face)),
      voice: Array.from({ length: 3 }, () => near(voice)),
    };
  });
}

const sharp: Contestant = { people: population(12, 0.3), calibration };
const blurred: Contestant = { people: population(12, 1.2), calibration };

describe('champion against candidate', () => {
  it('finds the better one surely better', () => {
    const comparison = compareOnUnseen(blurred, sharp, 1);
    expect(comparison).toMatchObject({ units: 12, unitName: 'unseen people' });
    const cost = comparison.metrics.find((one) => one.metric === 'fused/cllr');
    expect(cost?.difference).toBeLessThan(0);
    expect(cost?.high).toBeLessThan(0);
  });

  it('finds no difference between a model and itself', () => {
    for (const metric of compareOnUnseen(sharp, sharp, 1).metrics)
      expect(metric).toMatchObject({ difference: 0, low: 0, high: 0 });
  });

  it('charges a candidate for a calibration that claims too much', () => {
    const boastful: Contestant = {
      ...blurred,
      calibration: { ...calibration, face: { ...map, offset: 6, limit: 30 } },
    };
    const { metrics } = compareOnUnseen(blurred, boastful, 1);
    expect(metrics.find((one) => one.metric === 'fused/cllr')?.difference).toBeGreaterThan(0);
    expect(metrics.find((one) => one.metric === 'fused/fmr')?.difference).toBeGreaterThan(0);
    expect(
      metrics.find((one) => one.metric === 'face/eer')?.difference,
      'the order of scores is the same',
    ).toBeCloseTo(0, 1);
  });

  it('puts into templates what the recordings bring besides themselves', () => {
    const centred = (recordings: readonly RecordedEmbedding[]) => {
      const sum = (a: Float32Array, b: Float32Array) => a.map((value, at) => value + (b[at] ?? 0));
      const enrolled = recordings.map(({ vector }) => vector).reduce(sum);
      return recordings.map((one) => ({ ...one, enrolled }));
    };
    const enrolling: Contestant = {
      ...blurred,
      people: blurred.people.map((person) => ({
        ...person,
        ...{ face: centred(person.face), voice: centred(person.voice) },
      })),
    };
    const cost = compareOnUnseen(blurred, enrolling, 1).metrics.find((one) => one.metric === 'fused/cllr');
    expect(cost?.difference).toBeLessThan(0);
  });

  it('measures what the right face lets a stranger’s voice in for, and the reverse', () => {
    const share = (contestant: Contestant, name: string) =>
      compareOnUnseen(contestant, contestant, 1).metrics.find(({ metric }) => metric === name);
    expect(share(sharp, STRANGERS_VOICE)).toMatchObject({
      candidate: 0,
      trials: 12 * 11,
      interval: [0, expect.closeTo(0.028, 3)],
    });
    expect(share(sharp, STRANGERS_FACE)).toMatchObject({ candidate: 0, trials: 12 * 11 });
    const oneProof: Contestant = {
      ...sharp,
      calibration: { ...calibration, decision: { ...calibration.decision, voice: -8, threshold: 0 } },
    };
    expect(share(oneProof, STRANGERS_VOICE)?.candidate).toBeGreaterThan(0.3);
    expect(share(oneProof, STRANGERS_FACE)?.candidate).toBe(0);
  });

  it('claims nothing about too few people', () => {
    const comparison = compareOnUnseen({ ...sharp, people: [] }, { ...sharp, people: [] }, 1);
    expect(comparison.units).toBe(0);
    expect(comparison.metrics[0]).toMatchObject({
      champion: null,
      candidate: null,
      difference: null,
      low: null,
    });
  });

  it('gives the same intervals for the same seed', () => {
    expect(compareOnUnseen(blurred, sharp, 5)).toEqual(compareOnUnseen(blurred, sharp, 5));
  });

  it('looks at claims under each condition by themselves', () => {
    const dim = (face: readonly RecordedEmbedding[]) =>
      face.map((one, index) => ({ ...one, condition: index % 2 === 0 ? 'clear' : 'dim' }));
    const shifted = (contestant: Contestant): Contestant => ({
      ...contestant,
      people: contestant.people.map((person) => ({ ...person, face: dim(person.face) })),
    });
    const { slices = [] } = compareOnUnseen(shifted(blurred), shifted(sharp), 1);
    expect(slices.map(({ slice, units }) => [slice, units])).toEqual([
      ['unshifted', 12],
      ['shifted', 12],
      ['face clear', 12],
      ['face dim', 12],
      ['voice clear', 12],
    ]);
    expect(slices[3]?.metrics.map(({ metric }) => metric)).toEqual(['face/eer', 'face/cllr']);
    expect(compareOnUnseen(blurred, sharp, 1).slices).toEqual([]);
  });

  it('never compares people that different models embedded', () => {
    const people = sharp.people.map((person, index) => ({ ...person, group: `${index}` }));
    const alone = compareOnUnseen({ people, calibration }, { people, calibration }, 1);
    expect(
      alone.metrics.every(({ champion }) => champion === null),
      'nobody to be mistaken for',
    ).toBe(true);
  });
});
