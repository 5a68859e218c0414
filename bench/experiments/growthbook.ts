/** The tuning that GrowthBook comes with: it is narrowest after this many attempts. */
const TUNED_FOR = 5000;

export interface Tally {
  errors: number;
  attempts: number;
}

/**
 * What GrowthBook decides by where both arms are looked at again and again: an asymptotic confidence sequence of the difference of
 * two proportions (Waudby-Smith and others, arXiv 2103.06476, equations 155 and 161), each attempt for itself. The p-value that its
 * `SequentialTwoSidedTTest` returns; 1 while nothing can be said.
 */
export function growthbookP(champion: Tally, challenger: Tally, alpha: number): number {
  const [mine, other] = [champion.errors / champion.attempts, challenger.errors / challenger.attempts];
  const variance = (mine * (1 - mine)) / champion.attempts + (other * (1 - other)) / challenger.attempts;
  if (!(variance > 0)) return 1;
  const attempts = champion.attempts + challenger.attempts;
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / TUNED_FOR;
  const scaled = attempts * rho2 + 1;
  const log = (rho2 * (((other - mine) ** 2 * attempts) / variance)) / (2 * scaled) - Math.log(scaled) / 2;
  return Math.min(1, Math.exp(-log));
}
