import { gammaln } from 'simple-statistics';
import { type LogEvidence, logBeta, logSum } from './evidence.ts';

/**
 * Evidence that the challenger errs less, from pairs of which exactly one erred: `wins` where only the champion did, `losses`
 * where only the challenger did. A beta mixture over the probabilities of a win above one half, against all up to it:
 *
 *     E = 2^(n+1) B(1+W, 1+L) (1 - I_1/2(1+W, 1+L)) = B(1+W, 1+L) sum of C(n+1, k) over k = 0 … W
 *
 * Exact where nobody fares differently with the two. Exchange the two for evidence that it errs more. People's attempts belong
 * together: count the first such pair of each person.
 */
export function evidenceOfFewerErrors({
  wins,
  losses,
}: {
  readonly wins: number;
  readonly losses: number;
}): LogEvidence {
  const tosses = wins + losses + 1;
  const waysOf = (k: number) => gammaln(tosses + 1) - gammaln(k + 1) - gammaln(tosses - k + 1);
  const ways = Array.from({ length: wins + 1 }, (_, k) => waysOf(k));
  return logBeta(1 + wins, 1 + losses) + logSum(ways);
}
