import { gammaln } from 'simple-statistics';
import { type LogEvidence, logBeta } from './evidence.ts';

/** Of the largest term of a sum: less than doubles tell apart. */
const NEGLIGIBLE = 1e-18;

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
  // From the largest term on, in both directions, as long as terms count: some dozens, however many pairs there are.
  const most = Math.min(wins, Math.floor(tosses / 2));
  const largest = gammaln(tosses + 1) - gammaln(most + 1) - gammaln(tosses - most + 1);
  let sum = 1;
  for (let k = most, term = 1; k > 0 && term > NEGLIGIBLE; k--) {
    term *= k / (tosses - k + 1);
    sum += term;
  }
  for (let k = most + 1, term = 1; k <= wins && term > NEGLIGIBLE; k++) {
    term *= (tosses - k + 1) / k;
    sum += term;
  }
  return logBeta(1 + wins, 1 + losses) + largest + Math.log(sum);
}
