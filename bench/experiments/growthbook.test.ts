import { areThere, asked, expectSame as same } from '@visavox/control/experiments/statistics/testing/oracles';
import { describe, it } from 'vitest';
import { growthbookP } from './growthbook.ts';

describe.skipIf(!areThere)("GrowthBook's formula", () => {
  it("is compared with GrowthBook by GrowthBook's own p-values", () => {
    const cases = [
      [
        [40, 1000],
        [20, 1000],
      ],
      [
        [3, 60],
        [9, 71],
      ],
      [
        [200, 5000],
        [101, 5003],
      ],
    ].map(([champion, challenger]) => ({ of: 'growthbook', champion, challenger, alpha: 0.1 }));
    for (const [index, found] of asked(cases).entries()) {
      const { champion, challenger } = cases[index]!;
      const tally = (counted: readonly number[] = []) => ({
        errors: counted[0] ?? 0,
        attempts: counted[1] ?? 0,
      });
      same(growthbookP(tally(champion), tally(challenger), 0.1), found[0], cases[index]);
    }
  });
});
