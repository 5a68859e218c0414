import { expect, test } from 'vitest';
import type { ScoredComparison } from './scored-comparisons.ts';
import { sliced } from './slices.ts';

/** `people` people with `each` genuine comparisons, of which `misses` lie below 0. */
function group(
  name: string,
  people: number,
  { each, misses }: { each: number; misses: number },
): ScoredComparison[] {
  return Array.from({ length: people * each }, (_, index) => ({
    same: true,
    score: index % each < misses ? -1 : 1,
    person: `${name} ${Math.floor(index / each)}`,
    quality: null,
    traits: { light: name },
  }));
}

test('the worst group lies behind the best by what was missed more, within an interval over people', () => {
  const comparisons = [
    ...group('dim', 20, { each: 10, misses: 3 }),
    ...group('even', 20, { each: 10, misses: 1 }),
  ];
  const [light] = sliced({ comparisons, variants: [] }, 0);
  expect(light).toMatchObject({ dimension: 'light', gap: { worst: 'dim', best: 'even' } });
  expect(light?.slices.map(({ name, fnmr, people }) => [name, fnmr, people])).toEqual([
    ['dim', 0.3, 20],
    ['even', 0.1, 20],
  ]);
  expect(light?.gap?.difference).toBeCloseTo(0.2);
  // Everybody of a group is alike here, so drawing others changes nothing.
  expect(light?.gap?.interval[0]).toBeCloseTo(0.2);
});

test('one person who is missed always makes the interval wide, however many comparisons there are', () => {
  const comparisons = [
    ...group('dim', 9, { each: 100, misses: 0 }),
    ...group('dim too', 1, { each: 100, misses: 100 }).map((one) => ({ ...one, traits: { light: 'dim' } })),
    ...group('even', 10, { each: 100, misses: 0 }),
  ];
  const [light] = sliced({ comparisons, variants: [] }, 0);
  expect(light?.gap?.difference).toBeCloseTo(0.1);
  expect(light?.gap?.interval[0]).toBe(0);
  expect(light?.gap?.interval[1]).toBeGreaterThan(0.2);
});

test('few comparisons are shown, but are neither the best nor the worst', () => {
  const comparisons = [
    ...group('dim', 2, { each: 100, misses: 100 }),
    ...group('even', 9, { each: 10, misses: 0 }),
  ];
  const [light] = sliced({ comparisons, variants: [] }, 0);
  expect(light?.slices[0]).toMatchObject({ name: 'dim', fnmr: 1 });
  expect(light?.gap).toBeNull();
});

test('a dimension with one slice is not one', () => {
  expect(sliced({ comparisons: group('even', 9, { each: 10, misses: 0 }), variants: [] }, 0)).toEqual([]);
});
