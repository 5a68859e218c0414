import { describe, expect, it } from 'vitest';
import { Dimension, type Space } from './search-space.ts';
import { checkPlan } from './sweep.ts';

const space = (given: Record<string, unknown>): Space =>
  Object.fromEntries(Object.entries(given).map(([name, one]) => [name, Dimension.parse(one)]));

describe('a plan that contradicts itself is refused', () => {
  it.each([
    ['no parameter', 'random', {}, 'no parameter is to be varied'],
    ['bounds the wrong way round', 'random', { a: { low: 2, high: 1 } }, '2 is above 1'],
    ['a logarithm of nothing', 'random', { a: { low: 0, high: 1, log: true } }, 'has no logarithm'],
    ['log and step', 'random', { a: { low: 1, high: 9, log: true, step: 1 } }, 'one of them'],
    ['a step wider than the space', 'grid', { a: { low: 0, high: 1, step: 2 } }, 'wider than itself'],
    ['half an integer', 'random', { a: { low: 0.5, high: 3, integer: true } }, 'one of integers'],
    ['a grid over all numbers', 'grid', { a: { low: 0, high: 1 } }, 'no points for a grid'],
    ['a value twice', 'grid', { a: { values: [1, 2, 1] } }, 'a value twice'],
    [
      'a grid without end',
      'grid',
      { a: { low: 1, high: 200, integer: true }, b: { low: 1, high: 200, integer: true } },
      '40000 points',
    ],
  ] as const)('%s', (_, sampler, given, message) => {
    expect(() => checkPlan({ sampler, space: space(given) })).toThrow(message);
  });
});
