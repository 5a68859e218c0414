import { type LogEvidence, logBeta } from './evidence.ts';

/** The lower, the larger the deviations that are looked for: a few hundred people show one of a tenth. */
const CONCENTRATION = 100;

/**
 * Evidence that people are not shared out between two arms as they should be: a Dirichlet-multinomial e-process (Lindon and
 * Malek, arXiv 2011.03567) on the arms of people at their first exposure. A test whose arms are not what they should be is
 * broken, whatever its outcomes say.
 *
 * @param counts People in each arm.
 * @param share Of the second arm, as it should be, strictly between 0 and 1.
 */
export function evidenceOfWrongShares(
  [first, second]: readonly [number, number],
  share: number,
  concentration = CONCENTRATION,
): LogEvidence {
  const [a, b] = [concentration * (1 - share), concentration * share];
  return (
    logBeta(a + first, b + second) - logBeta(a, b) - first * Math.log(1 - share) - second * Math.log(share)
  );
}
