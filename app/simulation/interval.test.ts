import { describe, expect, test } from 'vitest';
import { describeRate, rateOf } from './interval.ts';

describe('an error rate with its interval', () => {
  test('claims no more than the number of trials can carry', () => {
    const none = rateOf(0, 60);
    expect(none.rate).toBe(0);
    // The rule of three: about 3/n, a little more in an exact two-sided interval.
    expect(none.high).toBeCloseTo(0.0596, 4);
    expect(describeRate(none)).toBe('0.0 % (0/60; 0.0 to 6.0)');
  });

  test('agrees with published values', () => {
    // Clopper and Pearson for 3 of 30.
    const some = rateOf(3, 30);
    expect(some.low).toBeCloseTo(0.0211, 4);
    expect(some.high).toBeCloseTo(0.2653, 4);
  });

  test('is not known without trials', () => {
    expect(rateOf(0, 0).rate).toBeNull();
    expect(describeRate(rateOf(0, 0))).toBe('-');
    expect(rateOf(5, 5)).toMatchObject({ rate: 1, high: 1 });
  });
});
