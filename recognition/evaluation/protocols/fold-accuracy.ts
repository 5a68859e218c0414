import { rankTrials } from './detection-errors.ts';

interface Scored {
  readonly scores: Float64Array;
  /** 1 where both are of one person. */
  readonly same: Uint8Array;
}

export interface FoldAccuracy {
  /** Mean of the folds. */
  readonly mean: number;
  /** Standard deviation over the folds by the root of their number: what is published behind the plus-minus sign. */
  readonly standardError: number;
  readonly folds: readonly number[];
  /** By trial: 1 where it was decided rightly, with the threshold of its fold. */
  readonly right: Uint8Array;
}

/**
 * View 2 of LFW: each fold is decided with the threshold that is most often right on all others, and what is published is the
 * mean over the folds and its standard error (Huang et al., Labeled Faces in the Wild, UMass technical report 07-49, 2007).
 * Folds without trials count for nothing. Null with fewer than two.
 */
export function foldAccuracy({
  scores,
  same,
  fold,
}: Scored & { readonly fold: Uint8Array }): FoldAccuracy | null {
  const names = [...new Set(fold)].sort((a, b) => a - b);
  if (names.length < 2) return null;
  const right = new Uint8Array(scores.length);
  const folds = names.map((name) => {
    const threshold = bestThreshold({
      scores: scores.filter((_, trial) => fold[trial] !== name),
      same: same.filter((_, trial) => fold[trial] !== name),
    });
    let [total, correct] = [0, 0];
    scores.forEach((score, trial) => {
      if (fold[trial] !== name) return;
      right[trial] = Number(decidedRightly(score, same[trial] === 1, threshold));
      correct += right[trial] ?? 0;
      total += 1;
    });
    return correct / total;
  });
  const mean = folds.reduce((sum, share) => sum + share, 0) / folds.length;
  const variance = folds.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (folds.length - 1);
  return { mean, standardError: Math.sqrt(variance / folds.length), folds, right };
}

export function decidedRightly(score: number, same: boolean, threshold: number): boolean {
  return score >= threshold === same;
}

/**
 * The threshold that decides most trials rightly, half-way between two scores; of several equally good ones the middle one, so
 * that it lies as far from both kinds as the scores tell.
 */
export function bestThreshold({ scores, same }: Scored): number {
  const ranked = rankTrials(scores, same);
  const scoreAt = (rank: number) => scores[ranked.trial[rank] ?? scores.length] ?? Number.NEGATIVE_INFINITY;
  let correct = same.reduce((sum, one) => sum + Number(one === 0), 0);
  let best = correct;
  let thresholds = [ranked.made > 0 ? scoreAt(0) + 1 : Number.POSITIVE_INFINITY];
  for (let rank = 0; rank < ranked.made; rank++) {
    correct += ranked.same[rank] === 1 ? 1 : -1;
    if (ranked.ends[rank] !== 1) continue;
    if (correct < best) continue;
    if (correct > best) thresholds = [];
    best = correct;
    const next = scoreAt(rank + 1);
    thresholds.push(next === Number.NEGATIVE_INFINITY ? scoreAt(rank) - 1 : (scoreAt(rank) + next) / 2);
  }
  return thresholds[Math.floor((thresholds.length - 1) / 2)] ?? 0;
}
