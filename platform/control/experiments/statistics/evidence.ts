import { gammaln } from 'simple-statistics';

/**
 * Natural logarithm of an e-value: how far outcomes speak against a hypothesis. Under the hypothesis an e-value never reaches
 * 1/alpha but with a probability of alpha, however often one looks (Ville's inequality).
 */
export type LogEvidence = number;

/** An e-value that is the mean of several, each of which bets in its own way; the logarithm of each one's wealth. */
export type Bets = readonly LogEvidence[];

export function evidenceOf(bets: Bets): LogEvidence {
  return logSum(bets) - Math.log(bets.length);
}

/** The logarithm of a sum, of logarithms. */
export function logSum(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}

/** The logarithm of the beta function. */
export function logBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}
