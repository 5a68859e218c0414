import { describe, expect, it } from 'vitest';
import { nearest, pathOf, placesOf, rangeOf, roomy, ticks } from './line-scale.ts';

describe('an axis', () => {
  it.each([
    [0, 29, 5, 1, [0, 5, 10, 15, 20, 25]],
    [0, 3, 10, 1, [0, 1, 2, 3]],
    [0.12, 0.34, 4, 0, [0.15, 0.2, 0.25, 0.3]],
    [0, 0.3, 3, 0, [0, 0.1, 0.2, 0.3]],
    [-2, 2, 4, 0, [-2, -1, 0, 1, 2]],
    [7, 7, 4, 0, [7]],
  ])('from %d to %d, about %d marks, at least %d apart: %j', (from, to, count, least, marks) => {
    expect(ticks({ from, to }, count, least).map((mark) => Number(mark.toFixed(9)))).toEqual(marks);
  });

  it('is as wide as what can be drawn', () => {
    expect(rangeOf([3, Number.NaN, 1, Number.POSITIVE_INFINITY])).toEqual({ from: 1, to: 3 });
    expect(rangeOf([])).toEqual({ from: 0, to: 1 });
    expect(rangeOf([5, 5])).toEqual({ from: 4.5, to: 5.5 });
    expect(rangeOf([0])).toEqual({ from: -1, to: 1 });
  });

  it('does not begin below zero where nothing is negative', () => {
    expect(roomy({ from: 0.01, to: 1 }).from).toBe(0);
    expect(roomy({ from: -1, to: 1 }).from).toBeLessThan(-1);
  });
});

describe('a line', () => {
  const at = ({ x, y }: { x: number; y: number }) => [x, y] as const;

  it('is interrupted where there is no number', () => {
    const points = [1, 2, Number.NaN, 4, 5].map((y, x) => ({ x, y }));
    expect(pathOf(points, at)).toBe('M0.0 1.0L1.0 2.0M3.0 4.0L4.0 5.0');
  });

  it('has places, of which the nearest is looked at', () => {
    const lines = [{ points: [5, 0].map((x) => ({ x, y: 1 })) }, { points: [{ x: 2, y: 1 }] }];
    const places = placesOf(lines);
    expect(places).toEqual([0, 2, 5]);
    expect([-3, 1.2, 4, 99].map((x) => nearest(places, x))).toEqual([0, 1, 2, 2]);
    expect(nearest([], 1)).toBe(-1);
  });
});
