import { expect, test } from 'vitest';
import publishedCalibration from '../published-calibration.json' with { type: 'json' };
import { Calibration } from '../signals/calibration.ts';
import { straightLine } from '../signals/evidence-map.ts';
import { normalise } from '../signals/vectors.ts';
import { scoresOf } from './scored-comparisons.ts';
import { type Verified, verify } from './verification.ts';

const map = straightLine({ slope: 30, offset: -18 }, { limit: 8 });
const calibration = { ...Calibration.parse(publishedCalibration), face: map, voice: map };

/** People whose recordings point in a direction of their own, each a little beside it. */
function people(count: number, recordings: number): Verified[] {
  const probes = (person: number) =>
    Array.from({ length: recordings }, (_, recording) => ({
      vector: normalise(
        Float32Array.from({ length: count }, (_, axis) =>
          axis === person ? 1 : 0.02 * ((axis + recording) % 3),
        ),
      ),
      quality: recording / recordings,
      traits: { device: recording % 2 === 0 ? 'laptop' : 'phone' },
    }));
  return Array.from({ length: count }, (_, person) => ({
    person: `p${person}`,
    group: person % 2 === 0 ? 'even' : 'odd',
    face: probes(person),
    voice: probes(person),
  }));
}

test('every recording is compared with the person’s others, and with those of others of the same group alone', () => {
  const { faces, fused } = verify(people(8, 4), calibration);
  const { genuine, impostor } = scoresOf(faces.comparisons);
  expect([genuine.length, impostor.length]).toEqual([8 * 4, 8 * 3]);
  expect(Math.min(...genuine)).toBeGreaterThan(Math.max(...impostor));
  expect(new Set(faces.comparisons.map(({ traits }) => traits.device))).toEqual(new Set(['laptop', 'phone']));
  expect(fused.comparisons[0]?.score).toBeCloseTo(
    (faces.comparisons[0]?.score ?? 0) +
      (verify(people(8, 4), calibration).voices.comparisons[0]?.score ?? 0),
  );
});

test('fewer recordings are enrolled as well, more only where there are so many', () => {
  const enrolled = (recordings: number) =>
    new Set(verify(people(4, recordings), calibration).faces.variants.map(({ traits }) => traits.enrolled));
  expect(enrolled(4)).toEqual(new Set(['1', '2']));
  expect(enrolled(6)).toEqual(new Set(['1', '2', '5']));
});
