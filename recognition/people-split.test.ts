import { expect, it } from 'vitest';
import { isHeard, splitOf } from './people-split.ts';

const people = Array.from({ length: 4000 }, (_, index) => `person-${index}`);

it('keeps a quarter for evaluation and about a seventh for validation', () => {
  const share = (split: string) =>
    people.filter((person) => splitOf(person) === split).length / people.length;
  expect(share('evaluation')).toBeCloseTo(0.25, 1);
  expect(share('validation')).toBeCloseTo(0.15, 1);
});

it('never changes its mind about a person', () => {
  expect(people.slice(0, 8).map(splitOf)).toEqual(people.slice(0, 8).map(splitOf));
  // Written down: another split would let a person move from evaluation to training between two versions.
  expect(
    ['person-0', 'person-1', 'person-2', 'person-3', 'person-4', 'person-5'].map(splitOf),
  ).toMatchInlineSnapshot(`
    [
      "train",
      "validation",
      "train",
      "evaluation",
      "train",
      "train",
    ]
  `);
});

it('keeps three in ten of those whom heads learn from apart from networks that are fine-tuned', () => {
  const people = Array.from({ length: 4000 }, (_, index) => `person-${index}`);
  const evaluation = people.filter((person) => splitOf(person) === 'evaluation');
  expect(evaluation.length / people.length).toBeCloseTo(0.25, 1);
  expect(evaluation.some(isHeard)).toBe(false);
  const others = people.filter((person) => splitOf(person) !== 'evaluation');
  expect(others.filter(isHeard).length / others.length).toBeCloseTo(0.7, 1);
});
