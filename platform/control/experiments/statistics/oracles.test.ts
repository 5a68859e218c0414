import { describe, expect, it } from 'vitest';
import { evidenceOfFewerErrors } from './discordant-pairs.ts';
import { rateInterval } from './rate-interval.ts';
import { evidenceOfWrongShares } from './sample-ratio.ts';
import { areThere, asked, expectSame as same } from './testing/oracles.ts';

const counts = [0, 1, 2, 3, 7, 20, 150] as const;
const pairs = counts.flatMap((wins) => counts.map((losses) => ({ wins, losses })));

describe.skipIf(!areThere)('beside implementations of others', () => {
  it('has the evidence of discordant pairs that SciPy and ville have', () => {
    const cases = pairs.map((pair) => ({ of: 'discordant-pairs', ...pair }));
    const theirs = asked(cases);
    expect(theirs).toHaveLength(cases.length);
    for (const [index, { wins, losses }] of pairs.entries()) {
      const [better, worse, either] = theirs[index] ?? [];
      const mine = evidenceOfFewerErrors({ wins, losses });
      const other = evidenceOfFewerErrors({ wins: losses, losses: wins });
      same(mine, better, pairs[index]);
      same(other, worse, pairs[index]);
      // Both sides together are the mixture over all of (0, 1).
      same(Math.log((Math.exp(mine) + Math.exp(other)) / 2), either, pairs[index]);
    }
  });

  it('has the intervals of rates that ville has', () => {
    const cases = [
      [0, 40],
      [1, 40],
      [3, 50],
      [25, 50],
      [50, 50],
      [12, 3000],
    ].flatMap(([events = 0, trials = 0]) =>
      [0.05, 0.001].map((alpha) => ({ events, of_trials: trials, alpha, prior: 0.5, of: 'rate-interval' })),
    );
    for (const [index, found] of asked(cases).entries()) {
      const { events, of_trials: of, alpha } = cases[index]!;
      const [low, high] = rateInterval({ events, of }, alpha);
      same(low, found[0], cases[index]);
      same(high, found[1], cases[index]);
    }
  });

  it('has the evidence of wrong shares that ssrm-test has', () => {
    const cases = [0.01, 0.1, 0.25, 0.5].flatMap((share) =>
      [
        [1, 0],
        [0, 1],
        [60, 40],
        [300, 20],
      ].map((people) => ({ of: 'sample-ratio', counts: people, share, concentration: 100 })),
    );
    for (const [index, found] of asked(cases).entries()) {
      const { counts: people, share } = cases[index]!;
      same(evidenceOfWrongShares([people[0]!, people[1]!], share), found[0], cases[index]);
    }
  });
});
