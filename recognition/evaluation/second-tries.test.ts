import { expect, test } from 'vitest';
import type { Comparison } from './lists.ts';
import { secondTries } from './second-tries.ts';

const trial = (claimant: string, probe: string, enrolled: readonly string[]): Comparison => ({
  claimed: 'ada',
  claimant,
  enrolled: enrolled.map((file) => file.split('|')),
  probe: probe.split('|'),
  same: claimant === 'ada',
});

const list = [
  trial('ada', 'a1', ['a2', 'a3', 'a4']),
  trial('ada', 'a2', ['a3', 'a4', 'a5']),
  trial('ada', 'a6|a7', ['a2', 'a3', 'a4']),
  trial('ben', 'b1', ['a2', 'a3', 'a4']),
];

test('a second try is another recording of the visitor that is not enrolled', () => {
  const second = secondTries(list);
  expect(second(list[0]!)).toEqual(['a6', 'a7']);
  expect(second(list[1]!)).toEqual(['a6', 'a7']);
  expect(second(list[2]!)).toEqual(['a1']);
});

test('who was recorded once has none', () => {
  expect(secondTries(list)(list[3]!)).toBeUndefined();
});
