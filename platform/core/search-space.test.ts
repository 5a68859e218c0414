import { describe, expect, it } from 'vitest';
import { Dimension, gridPoint, gridSize, randomPoint, type Space } from './search-space.ts';
import { checkPlan } from './sweep.ts';

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
    const oneStep = space({ rate: { low: 0.01, high: 0.03, step: 0.02 } });
    checkPlan({ sampler: 'grid', space: oneStep });
    expect(gridSize(oneStep)).toBe(2);
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
