import { expect, test } from 'vitest';
import { JoinedPeople } from './joined-people.ts';
import { intervalsOverPeople } from './people-bootstrap.ts';

/** The weighted share of trials that are 1. */
const shareOf = (ones: readonly number[]) => (weights: Float64Array) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return [
    total === 0 ? null : weights.reduce((sum, weight, at) => sum + weight * (ones[at] ?? 0), 0) / total,
  ];
};
const trialsOf = (people: readonly number[]) => {
  const numbers = Uint32Array.from(people);
  return { a: numbers, b: numbers };
};

test('a hundred trials of one person are not a hundred people', () => {
  const ones = Array.from({ length: 400 }, (_, trial) => Number(trial % 4 !== 0));
  const spread = (people: readonly number[], wrong: readonly number[]) => {
    const [interval] = intervalsOverPeople(trialsOf(people), {
      seed: 1,
      count: 1,
      statistics: shareOf(wrong),
    });
    return interval ? interval[1] - interval[0] : 0;
  };
  // The same share of errors: of a quarter of 400 people, and of all trials of one person in four.
  const apart = spread(Array.from(ones.keys()), ones);
  const together = spread(
    ones.map((_, trial) => Math.floor(trial / 100)),
    ones.map((_, trial) => Number(trial >= 100)),
  );
  expect(apart).toBeLessThan(0.12);
  expect(together).toBeGreaterThan(0.5);
});

test('a trial of two people counts as often as both were drawn', () => {
  const seen = new Set<string>();
  intervalsOverPeople(
    { a: Uint32Array.of(7, 7, 9), b: Uint32Array.of(7, 9, 9) },
    {
      ...{ seed: 1, count: 1 },
      statistics(weights) {
        seen.add([...weights].join(' '));
        return [0];
      },
    },
  );
  // Twice the one, each once, twice the other.
  expect([...seen].sort()).toEqual(['0 0 2', '1 1 1', '2 0 0']);
});

test('one person alone gives no interval', () => {
  expect(intervalsOverPeople(trialsOf([5, 5]), { seed: 1, count: 1, statistics: shareOf([1, 0]) })).toEqual([
    null,
  ]);
});

test('what matches over others is one person', () => {
  const joined = new JoinedPeople();
  joined.join(1, 4);
  joined.join(4, 3);
  expect([...joined.people(5)]).toEqual([0, 1, 2, 1, 1]);
});
