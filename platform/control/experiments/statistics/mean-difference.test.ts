import { describe, expect, it } from 'vitest';
import { evidenceOf } from './evidence.ts';
import { noDifferences, withDifference } from './mean-difference.ts';

const after = (differences: readonly number[], margin: number) =>
  differences.reduce((test, difference) => withDifference(test, difference, margin), noDifferences);

describe('a mean difference and a margin', () => {
  it('has evidence of 1 in the mean where the mean is the margin', () => {
    // Differences of 1 and -1 whose mean is 0.1.
    const margin = 0.1;
    const chanceOfOne = (1 + margin) / 2;
    let [within, beyond] = [0, 0];
    const count = 12;
    for (let ones = 0, ways = 1; ones <= count; ways = (ways * (count - ones)) / (ones + 1), ones++) {
      const probability = ways * chanceOfOne ** ones * (1 - chanceOfOne) ** (count - ones);
      const test = after(
        Array.from({ length: count }, (_, index) => (index < ones ? 1 : -1)),
        margin,
      );
      within += probability * Math.exp(evidenceOf(test.withinMargin));
      beyond += probability * Math.exp(evidenceOf(test.beyondMargin));
    }
    expect(within).toBeCloseTo(1, 9);
    expect(beyond).toBeCloseTo(1, 9);
  });

  it('certifies a challenger that is as good, and condemns one that is worse', () => {
    const level = Math.log(20);
    expect(evidenceOf(after(Array(300).fill(0), 0.02).withinMargin)).toBeGreaterThan(level);
    expect(evidenceOf(after(Array(300).fill(0), 0.02).beyondMargin)).toBeLessThan(0);
    expect(evidenceOf(after(Array(60).fill(0.15), 0.02).beyondMargin)).toBeGreaterThan(level);
  });

  it('takes differences and margins alone that are such', () => {
    expect(() => withDifference(noDifferences, 1.5, 0.1)).toThrow(RangeError);
    expect(() => withDifference(noDifferences, Number.NaN, 0.1)).toThrow(RangeError);
    expect(() => withDifference(noDifferences, 0, 1)).toThrow(RangeError);
  });
});
