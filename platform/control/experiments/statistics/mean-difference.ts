import type { Bets } from './evidence.ts';

/** Shares of the largest stake that cannot lose everything. */
const STAKES = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 0.9] as const;

/**
 * Whether the challenger is not worse by more than a margin: bets on the mean of differences, each between -1 and 1, of the
 * champion's success and the challenger's (Waudby-Smith and Ramdas 2023, with constant stakes that are averaged over).
 */
export interface MeanDifference {
  /** Against a mean at or above the margin: the challenger is not inferior. */
  readonly withinMargin: Bets;
  /** Against a mean at or below the margin: it is. */
  readonly beyondMargin: Bets;
}

export const noDifferences: MeanDifference = {
  withinMargin: STAKES.map(() => 0),
  beyondMargin: STAKES.map(() => 0),
};

/** After one more difference. */
export function withDifference(before: MeanDifference, difference: number, margin: number): MeanDifference {
  if (!(Math.abs(difference) <= 1))
    throw new RangeError(`a difference of ${difference} is not between -1 and 1`);
  if (!(margin >= 0 && margin < 1)) throw new RangeError(`a margin of ${margin} is not between 0 and 1`);
  const moved = (bets: Bets, gain: number) =>
    bets.map((bet, index) => bet + Math.log1p(((STAKES[index] ?? 0) / (1 + margin)) * gain));
  return {
    withinMargin: moved(before.withinMargin, margin - difference),
    beyondMargin: moved(before.beyondMargin, difference - margin),
  };
}
