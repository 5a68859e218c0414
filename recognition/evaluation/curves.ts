import { z } from 'zod';
import { costOfRatios } from './error-rates.ts';
import { type ScoredComparison, scoresOf } from './scored-comparisons.ts';

/** Detection error trade-off (ISO/IEC 19795-1): an operating point for every threshold, thinned out. */
export const DetPoint = z.object({ fmr: z.number(), fnmr: z.number() });
export type DetPoint = z.infer<typeof DetPoint>;

export function detCurve(genuine: readonly number[], impostor: readonly number[], points = 120): DetPoint[] {
  if (genuine.length === 0 || impostor.length === 0) return [];
  const own = Float64Array.from(genuine).sort();
  const others = Float64Array.from(impostor).sort().reverse();
  // Ranks of impostors, evenly spread over the logarithm of the FMR.
  const ranks = Array.from({ length: points }, (_, index) =>
    Math.round(others.length ** (index / (points - 1))),
  );
  let missed = own.length;
  return [0, ...new Set(ranks)].map((rank) => {
    // So many impostors match when the threshold lies just above the next one.
    const refused = rank === others.length ? -Infinity : (others[rank] ?? -Infinity);
    while (missed > 0 && (own[missed - 1] ?? -Infinity) > refused) missed--;
    return { fmr: rank / others.length, fnmr: missed / own.length };
  });
}

/** Shares of genuine and impostor comparisons between edges; what lies beyond is in the first and the last. */
export const Histogram = z.object({
  edges: z.array(z.number()),
  genuine: z.array(z.number()),
  impostor: z.array(z.number()),
});
export type Histogram = z.infer<typeof Histogram>;

export function histogram(genuine: readonly number[], impostor: readonly number[], bins = 40): Histogram {
  const made = [...genuine, ...impostor].filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share: number) => made[Math.floor(share * (made.length - 1))] ?? 0;
  const [low, high] = [Math.floor(at(0.002)), Math.ceil(at(0.998)) || 1];
  const width = (high - low) / bins || 1;
  const shares = (scores: readonly number[]) => {
    const counts = new Array<number>(bins).fill(0);
    for (const score of scores) {
      const bin = Math.max(0, Math.min(bins - 1, Math.floor((score - low) / width)));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((count) => (scores.length === 0 ? 0 : count / scores.length));
  };
  return {
    edges: Array.from({ length: bins + 1 }, (_, index) => low + index * width),
    genuine: shares(genuine),
    impostor: shares(impostor),
  };
}

/** What ratios of about `stated` turned out to be worth. */
export const CalibrationPoint = z.object({
  stated: z.number(),
  measured: z.number(),
  genuine: z.number().int(),
  impostor: z.number().int(),
});
export type CalibrationPoint = z.infer<typeof CalibrationPoint>;

export interface CalibrationCheck {
  readonly points: CalibrationPoint[];
  readonly cllr: number;
  /** What the best monotone recalibration on these very comparisons would cost; the rest is lost by calibration. */
  readonly minCllr: number;
}

/**
 * Pool-adjacent-violators: the best monotone map from score to likelihood ratio (Brümmer and du Preez, 2006). A block
 * with comparisons of one kind alone says no more than that there are some.
 */
export function checkCalibration(comparisons: readonly ScoredComparison[]): CalibrationCheck | null {
  const made = comparisons.filter(({ score }) => Number.isFinite(score)).sort((a, b) => a.score - b.score);
  const { genuine, impostor } = scoresOf(made);
  if (genuine.length === 0 || impostor.length === 0) return null;
  const blocks: { genuine: number; impostor: number; sum: number }[] = [];
  // By genuine share, weighted so that both kinds weigh the same on the whole.
  const shareOf = (block: { genuine: number; impostor: number }) =>
    block.genuine / genuine.length / (block.genuine / genuine.length + block.impostor / impostor.length);
  for (const { same, score } of made) {
    let block = { genuine: Number(same), impostor: Number(!same), sum: score };
    for (let last = blocks.at(-1); last && shareOf(last) >= shareOf(block); last = blocks.at(-1)) {
      blocks.pop();
      block = {
        genuine: block.genuine + last.genuine,
        impostor: block.impostor + last.impostor,
        sum: block.sum + last.sum,
      };
    }
    blocks.push(block);
  }
  const ratioOf = (block: { genuine: number; impostor: number }) =>
    Math.log(block.genuine / genuine.length) - Math.log(block.impostor / impostor.length);
  const each = (kind: 'genuine' | 'impostor') =>
    blocks.flatMap((block) => new Array<number>(block[kind]).fill(ratioOf(block)));
  return {
    cllr: costOfRatios(genuine, impostor),
    minCllr: costOfRatios(each('genuine').map(bounded), each('impostor').map(bounded)),
    points: blocks
      .filter((block) => block.genuine > 0 && block.impostor > 0)
      .map((block) => ({
        stated: block.sum / (block.genuine + block.impostor),
        measured: ratioOf(block),
        genuine: block.genuine,
        impostor: block.impostor,
      })),
  };
}

const bounded = (ratio: number) => Math.max(-500, Math.min(500, ratio));

/** Error versus reject: FNMR when the comparisons of the lowest quality are refused, at an unchanged threshold. */
export const RejectPoint = z.object({ rejected: z.number(), fnmr: z.number() });
export type RejectPoint = z.infer<typeof RejectPoint>;

export function rejectCurve(comparisons: readonly ScoredComparison[], threshold: number): RejectPoint[] {
  const known = comparisons.filter((one) => one.same && one.quality !== null);
  const best = known.sort((a, b) => (a.quality ?? 0) - (b.quality ?? 0));
  if (best.length < 40) return [];
  return Array.from({ length: 11 }, (_, step) => {
    const kept = best.slice(Math.floor((step / 20) * best.length));
    const misses = kept.filter(({ score }) => score < threshold).length;
    return { rejected: step / 20, fnmr: misses / kept.length };
  });
}
