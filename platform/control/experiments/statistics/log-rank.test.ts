import { describe, expect, it } from 'vitest';
import { evidenceOf } from './evidence.ts';
import { type LogRank, noEvents, withEvent } from './log-rank.ts';

/** All orders in which arms have events, with their probability where both have the same hazard. */
function orders(treated: number, control: number, events: number): { test: LogRank; probability: number }[] {
  const visit = (
    test: LogRank,
    left: { treated: number; control: number },
    more: number,
    probability: number,
  ): { test: LogRank; probability: number }[] => {
    if (more === 0) return [{ test, probability }];
    return (['treated', 'control'] as const).flatMap((arm) => {
      const chance = left[arm] / (left.treated + left.control);
      return chance === 0
        ? []
        : visit(
            withEvent(test, arm, left),
            { ...left, [arm]: left[arm] - 1 },
            more - 1,
            probability * chance,
          );
    });
  };
  return visit(noEvents, { treated, control }, events, 1);
}

describe('the safe log-rank test', () => {
  it('has evidence of 1 in the mean where both arms fare alike, also when the arms differ in size', () => {
    for (const [treated, control] of [
      [8, 8],
      [3, 20],
    ] as const) {
      const all = orders(treated, control, 7);
      const mean = (side: keyof LogRank) =>
        all.reduce((sum, { test, probability }) => sum + probability * Math.exp(evidenceOf(test[side])), 0);
      expect(mean('better')).toBeCloseTo(1, 9);
      expect(mean('worse')).toBeCloseTo(1, 9);
    }
  });

  it('says harm when events fall on the treated, and the contrary when they do not', () => {
    const after = (arm: 'treated' | 'control', events: number) => {
      let test = noEvents;
      const left = { treated: 100, control: 100 };
      for (let event = 0; event < events; event++) {
        test = withEvent(test, arm, left);
        left[arm] -= 1;
      }
      return test;
    };
    expect(evidenceOf(after('treated', 12).worse)).toBeGreaterThan(Math.log(20));
    expect(evidenceOf(after('treated', 12).better)).toBeLessThan(0);
    expect(evidenceOf(after('control', 12).better)).toBeGreaterThan(Math.log(20));
  });

  it('refuses an event of an arm that has nobody left', () => {
    expect(() => withEvent(noEvents, 'treated', { treated: 0, control: 3 })).toThrow(RangeError);
  });
});
