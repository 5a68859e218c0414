import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';
import type { ScoredComparison } from './scored-comparisons.ts';

/** 20 people with ten genuine comparisons each, of which `missed` score below all impostors but a few. */
function comparisons(missed: number): ScoredComparison[] {
  const one = (same: boolean, person: number, score: number): ScoredComparison => ({
    ...{ same, score, person: `p${person}`, quality: null, traits: {} },
  });
  const people = Array.from({ length: 20 }, (_, person) => person);
  return [
    ...people.flatMap((person) =>
      Array.from({ length: 10 }, (_, turn) => one(true, person, turn < missed ? -5 : 5)),
    ),
    ...people.flatMap((person) => Array.from({ length: 15 }, (_, turn) => one(false, person, -turn / 15))),
  ];
}

const sets = (missed: number) => {
  const set = { comparisons: comparisons(missed), variants: [] };
  return { faces: set, voices: set, fused: set };
};

test('says how many more of the genuine comparisons are missed, at the levels that the impostors carry', () => {
  const [faces, ...others] = changesOf(sets(1), sets(3)).filter(({ set }) => set === 'faces');
  expect(faces).toMatchObject({ fmr: '1e-2', before: 0.1, after: 0.3 });
  // Everybody changed by as much.
  expect(faces?.interval[0]).toBeCloseTo(0.2, 10);
  expect(faces?.interval[1]).toBeCloseTo(0.2, 10);
  expect(others).toEqual([]);
});

test('a change in one person alone may be none in others', () => {
  const after = sets(1);
  const changed = after.faces.comparisons.map((comparison) =>
    comparison.person === 'p3' && comparison.same ? { ...comparison, score: -5 } : comparison,
  );
  const [faces] = changesOf(sets(1), { ...after, faces: { comparisons: changed, variants: [] } });
  expect(faces?.after).toBeCloseTo(0.145, 10);
  expect(faces?.interval[0]).toBe(0);
  expect(faces?.interval[1]).toBeGreaterThan(0.045);
});
