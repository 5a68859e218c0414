import { describe, expect, it } from 'vitest';
import { hasFallenBehind } from './median-stopping.ts';

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
