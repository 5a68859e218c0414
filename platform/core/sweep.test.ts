import { describe, expect, it } from 'vitest';
import {
  checkPlan,
  Dimension,
  gridPoint,
  gridSize,
  hasFallenBehind,
  randomPoint,
  type Space,
} from './sweep.ts';

const space = (given: Record<string, unknown>): Space =>
  Object.fromEntries(Object.entries(given).map(([name, one]) => [name, Dimension.parse(one)]));

describe('a grid', () => {
  const grid = space({
    units: { low: 16, high: 48, integer: true, step: 16 },
    act: { values: ['relu', 'tanh'] },
  });

  it('has each combination once, the last parameter varying first', () => {
    expect(gridSize(grid)).toBe(6);
    expect([0, 1, 2, 5].map((number) => gridPoint(grid, number))).toEqual([
      { units: 16, act: 'relu' },
      { units: 16, act: 'tanh' },
      { units: 32, act: 'relu' },
      { units: 48, act: 'tanh' },
    ]);
  });

  it('reaches the upper bound although binary fractions miss it', () => {
    const fractions = space({ rate: { low: 0.1, high: 0.3, step: 0.1 } });
    expect(gridSize(fractions)).toBe(3);
    expect(gridPoint(fractions, 2)).toEqual({ rate: 0.3 });
  });
});

describe('random points', () => {
  const wide = space({
    rate: { low: 1e-4, high: 1, log: true },
    depth: { low: 1, high: 3, integer: true },
    size: { low: 1, high: 1000, integer: true, log: true },
  });
  const drawn = Array.from({ length: 400 }, (_, number) => randomPoint(wide, 7, number));

  it('are the same for a seed and a number, and others for others', () => {
    expect(randomPoint(wide, 7, 3)).toEqual(drawn[3]);
    expect(randomPoint(wide, 8, 3)).not.toEqual(drawn[3]);
    expect(new Set(drawn.map(({ rate }) => rate)).size).toBe(400);
  });

  it('stay within the bounds, evenly over orders of magnitude where asked', () => {
    const rates = drawn.map(({ rate }) => Number(rate));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1);
    const below = rates.filter((rate) => rate < 1e-2).length;
    expect(below).toBeGreaterThan(160);
    expect(below).toBeLessThan(240);
    expect(new Set(drawn.map(({ depth }) => depth))).toEqual(new Set([1, 2, 3]));
    expect(drawn.every(({ size }) => Number.isInteger(size) && Number(size) >= 1)).toBe(true);
  });
});

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

describe('a curve has fallen behind', () => {
  const curve = (...values: number[]) => values.map((value, step) => ({ step, value }));
  const others = [curve(0.5, 0.7, 0.9), curve(0.4, 0.6, 0.8), curve(0.3, 0.5, 0.7)];
  const maximize = { goal: 'maximize', afterSteps: 1 } as const;

  it('when its best is worse than the median of the others at that step', () => {
    expect(hasFallenBehind(curve(0.5, 0.55), others, maximize)).toBe(true);
    expect(hasFallenBehind(curve(0.7, 0.1), others, maximize)).toBe(false);
    expect(hasFallenBehind(curve(0.2, 0.25), others, { ...maximize, goal: 'minimize' })).toBe(false);
  });

  it('but not at its beginning, nor while fewer than three others came as far', () => {
    expect(hasFallenBehind(curve(0.1), others, maximize)).toBe(false);
    expect(hasFallenBehind(curve(0.1, 0.1), others.slice(1), maximize)).toBe(false);
    expect(hasFallenBehind(curve(0, 0, 0, 0), others, maximize)).toBe(false);
    expect(hasFallenBehind([], others, maximize)).toBe(false);
  });

  it('whatever came of values that are no numbers', () => {
    expect(hasFallenBehind(curve(Number.NaN, Number.NaN), others, maximize)).toBe(true);
  });
});
