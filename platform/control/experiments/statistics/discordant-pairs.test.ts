import { describe, expect, it } from 'vitest';
import { evidenceOfFewerErrors } from './discordant-pairs.ts';

const evidence = (wins: number, losses: number) => Math.exp(evidenceOfFewerErrors({ wins, losses }));

/** The probability that the evidence ever reaches a bound within so many pairs, when each is won with a probability. */
function everReaches(bound: number, { pairs, win }: { pairs: number; win: number }): number {
  let reached = 0;
  let open = new Map([[0, 1]]);
  for (let n = 1; n <= pairs; n++) {
    const next = new Map<number, number>();
    for (const [wins, probability] of open)
      for (const [more, chance] of [
        [1, win],
        [0, 1 - win],
      ] as const)
        next.set(wins + more, (next.get(wins + more) ?? 0) + probability * chance);
    for (const [wins, probability] of next)
      if (evidence(wins, n - wins) >= bound) {
        reached += probability;
        next.delete(wins);
      }
    open = next;
  }
  return reached;
}

describe('evidence that a challenger errs less', () => {
  it('is none before anything was seen, and is what the integral over all better challengers says', () => {
    expect(evidence(0, 0)).toBeCloseTo(1, 12);
    // 2 * integral of (2p)^W (2(1-p))^L over p in (1/2, 1], by the midpoint rule.
    const integral = (wins: number, losses: number, steps = 200_000) => {
      const at = (step: number) => 0.5 + (step + 0.5) / (2 * steps);
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += (2 * at(step)) ** wins * (2 * (1 - at(step))) ** losses;
      return sum / steps;
    };
    for (const [wins, losses] of [
      [5, 0],
      [0, 5],
      [12, 3],
      [7, 7],
    ] as const)
      expect(evidence(wins, losses) / integral(wins, losses)).toBeCloseTo(1, 8);
  });

  it('is 1 in the mean after any number of fair tosses', () => {
    for (const pairs of [1, 2, 7, 20]) {
      let mean = 0;
      for (let wins = 0, ways = 1; wins <= pairs; ways = (ways * (pairs - wins)) / (wins + 1), wins++)
        mean += (ways / 2 ** pairs) * evidence(wins, pairs - wins);
      expect(mean).toBeCloseTo(1, 9);
    }
  });

  it('misleads in at most alpha of all tests, however often one looks', () => {
    expect(everReaches(20, { pairs: 400, win: 0.5 })).toBeLessThan(0.05);
    expect(everReaches(20, { pairs: 400, win: 0.45 })).toBeLessThan(0.01);
    expect(everReaches(20, { pairs: 60, win: 0.85 })).toBeGreaterThan(0.99);
  });

  it('goes on beyond what a double can hold', () => {
    expect(evidenceOfFewerErrors({ wins: 4000, losses: 100 })).toBeGreaterThan(2000);
    expect(evidenceOfFewerErrors({ wins: 100, losses: 4000 })).toBeLessThan(0);
  });
});
