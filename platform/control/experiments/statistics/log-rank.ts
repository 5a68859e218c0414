import type { Bets } from './evidence.ts';

/** Ratios of the hazards of the two arms that are bet on. */
const RATIOS = [0.25, 0.4, 0.6, 0.8] as const;

/** People who may still have a first event, by arm. */
export interface AtRisk {
  readonly treated: number;
  readonly control: number;
}

/**
 * The safe log-rank test (Grunwald, Ly, Perez-Ortiz and ter Schure, arXiv 2011.06931) on each person's first event, in the order
 * in which they come: under equal hazards the next one falls on somebody of an arm as often as the arm has people left.
 */
export interface LogRank {
  /** Bets on fewer events among the treated. */
  readonly better: Bets;
  /** Bets on more of them. */
  readonly worse: Bets;
}

export const noEvents: LogRank = { better: RATIOS.map(() => 0), worse: RATIOS.map(() => 0) };

/** After one more event. Events of one moment are taken one after the other. */
export function withEvent(before: LogRank, arm: keyof AtRisk, atRisk: AtRisk): LogRank {
  if (atRisk[arm] < 1) throw new RangeError(`an event of somebody who is not at risk (${arm})`);
  const moved = (bets: Bets, ratioOf: (ratio: number) => number) =>
    bets.map((bet, index) => bet + gain(ratioOf(RATIOS[index] ?? 1), arm, atRisk));
  return {
    better: moved(before.better, (ratio) => ratio),
    worse: moved(before.worse, (ratio) => 1 / ratio),
  };
}

/** ln q_h(arm) / q_1(arm). */
function gain(ratio: number, arm: keyof AtRisk, { treated, control }: AtRisk): number {
  const share = arm === 'treated' ? ratio : 1;
  return Math.log((share * (treated + control)) / (ratio * treated + control));
}
