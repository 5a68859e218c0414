import { expect, test } from 'vitest';
import { readFacePairs } from './lists.ts';
import { moreImpostors } from './more-impostors.ts';
import { comparisonsAmong, halvesOf, recordingsOf } from './people-halves.ts';

const names = ['ada', 'ben', 'cleo', 'dan', 'eva'];
const pairs = readFacePairs(
  ['a,b,same', ...names.flatMap((a) => names.map((b) => `${a}/1.jpg,${b}/2.jpg,${Number(a === b)}`))].join(
    '\n',
  ),
  'pairs.csv',
);

test('everybody is in one half, in the same one for the same seed', () => {
  const halves = halvesOf(pairs, 1);
  expect([...halves.learned, ...halves.reported].sort()).toEqual(names);
  expect(halves.learned.size).toBe(3);
  expect(halvesOf(pairs.toReversed(), 1)).toEqual(halves);
  const draws = [1, 2, 3, 4, 5, 6].map((seed) => [...halvesOf(pairs, seed).reported].sort().join());
  expect(new Set(draws).size).toBeGreaterThan(1);
});

test('no recording that is learned from is in a comparison that is reported', () => {
  const halves = halvesOf(pairs, 1);
  const learned = new Set(recordingsOf(pairs, halves.learned).map(({ recording }) => recording.join('|')));
  expect(learned.size).toBe(6);
  const reported = comparisonsAmong(pairs, halves.reported);
  expect(reported).toHaveLength(4);
  for (const { enrolled, probe } of reported)
    for (const recording of [...enrolled, probe]) expect(learned).not.toContain(recording.join('|'));
});

test('more impostors are other comparisons of different people, as many as there are', () => {
  const listed = pairs.filter(({ same, claimant }) => same || claimant === 'ada');
  const more = moreImpostors(listed, 1000, 1);
  expect(more.every(({ same, claimed, claimant }) => !same && claimed !== claimant)).toBe(true);
  const pairOf = ({ claimed, claimant }: (typeof pairs)[number]) => `${claimed} ${claimant}`;
  expect(new Set([...listed, ...more].map(pairOf)).size).toBe(listed.length + more.length);
  expect(listed.length + more.length).toBe(25);
  expect(moreImpostors(listed, 3, 1)).toHaveLength(3);
});
