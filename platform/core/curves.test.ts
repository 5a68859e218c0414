import { describe, expect, it } from 'vitest';
import { curveOf, thinned } from './curves.ts';

const began = Date.parse('2026-03-01T10:00:00Z');
const point = (step: number, value: number, second = step) => ({
  ...{ step, value },
  time: new Date(began + second * 1000),
});
const values = (points: readonly { value: number }[]) => points.map(({ value }) => value);

describe('the curve of a metric', () => {
  const results = new Set<number>();

  it('is in the order of its steps, however it was read', () => {
    const { points, logged } = curveOf([point(2, 0.2), point(0, 0.9), point(1, 0.5)], { results });
    expect(values(points)).toEqual([0.9, 0.5, 0.2]);
    expect(logged).toBe(3);
  });

  it('is in the order of time where it was logged without steps', () => {
    const { points } = curveOf([point(0, 0.5, 9), point(0, 0.9, 1), point(0, 0.9, 5)], { results });
    expect(values(points)).toEqual([0.9, 0.9, 0.5]);
  });

  it('has the values of the later attempt where a task was tried again', () => {
    const failed = [point(0, 0.9), point(1, 0.8), point(2, 0.7)];
    const retried = [point(0, 0.6, 10), point(1, 0.5, 11)];
    expect(values(curveOf([...failed, ...retried], { results }).points)).toEqual([0.6, 0.5, 0.7]);
  });

  it("leaves out the task's result, which is tracked under the same name once it has ended", () => {
    const epochs = [point(0, 0.5), point(1, 0.8), point(2, 0.9)];
    const result = point(0, 0.85, 4);
    expect(values(curveOf([...epochs, result], { results: new Set([0.85]) }).points)).toEqual([
      ...[0.5, 0.8, 0.9],
    ]);
    expect(curveOf([result], { results: new Set([0.85]) })).toEqual({ points: [], logged: 0 });
    expect(values(curveOf(epochs, { results: new Set([0.9]) }).points)).toEqual([0.5, 0.8, 0.9]);
  });
});

describe('a long curve is thinned', () => {
  const long = Array.from({ length: 100_000 }, (_, step) => point(step, 1 / (step + 1)));

  it('to at most the number of points that is asked for, in order, with both ends', () => {
    const few = thinned(long, 500);
    expect(few.length).toBeLessThanOrEqual(500);
    expect(few.length).toBeGreaterThan(150);
    expect([few[0], few.at(-1)]).toEqual([long[0], long.at(-1)]);
    expect(few.map(({ step }) => step)).toEqual(few.map(({ step }) => step).toSorted((a, b) => a - b));
  });

  it('and keeps its peaks, its valleys, and where it was no number', () => {
    const odd = long.with(40_001, point(40_001, 7)).with(50_002, point(50_002, -3));
    const few = values(thinned(odd.with(60_003, point(60_003, Number.NaN)), 500));
    expect(few).toEqual(expect.arrayContaining([7, -3, Number.NaN]));
  });

  it('and a short one is not', () => {
    const short = long.slice(0, 500);
    expect(thinned(short, 500)).toEqual(short);
  });
});
