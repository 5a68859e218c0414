import { z } from 'zod';
import { fitLogOdds, PRIOR, PRIOR_LOG_ODDS } from './logistic-regression.ts';
import type { ScoreSet } from './trials.ts';
import { dot } from './vectors.ts';

/**
 * Log-likelihood ratio (natural logarithm) = slope x cosine + offset, kept within what the trials can carry,
 * for a template of three recordings against one ({@link REFERENCE}).
 */
export const AffineCalibration = z.object({
  slope: z.number().positive(),
  offset: z.number(),
  /** However clear a single comparison is, it says no more than this, either way. */
  limit: z.number().positive(),
  /** The same for evidence against the person, where another microphone or day sounds like another person. */
  against: z.number().positive().optional(),
  /**
   * The mean of several recordings lies nearer to everyone, and most to its own person. By one unit of
   * 1/enrolled + 1/probes, the cosine that says nothing moves by `zero`, and the cosine worth one nat by `width`.
   * `coherence`: the mean cosine of two recordings of one person on different occasions.
   */
  averaging: z.object({ zero: z.number(), width: z.number(), coherence: z.number().lt(1) }).optional(),
  /** Its templates are made of the recordings and of a copy of each, as a worse device would have taken it. */
  copies: z.boolean().optional(),
});
export type AffineCalibration = z.infer<typeof AffineCalibration>;

/** The numbers that turn scores into a decision, with how and on what they were measured. */
export const Calibration = z.object({
  format: z.literal(1),
  face: AffineCalibration,
  voice: AffineCalibration,
  /** On the sum of both ratios. From `stepUp` to `threshold` a person is asked for more. */
  decision: z.object({ targetFmr: z.number().gt(0).lt(1), threshold: z.number(), stepUp: z.number() }),
  measured: z.object({
    on: z.string(),
    how: z.string(),
    trials: z.record(z.string(), z.object({ genuine: z.number().int(), impostor: z.number().int() })),
    figures: z.record(z.string(), z.number()),
  }),
});
export type Calibration = z.infer<typeof Calibration>;

/** Independent recordings behind each side of a comparison. */
export interface Counts {
  readonly enrol: number;
  readonly probe: number;
}

export const REFERENCE: Counts = { enrol: 3, probe: 1 };

/**
 * Below this quality a recording is less and less worth: what little can be made out of it looks, or sounds, like
 * anyone's. On LFW, whose pairs below it are missed ten times as often, leaving it out or not makes no difference to the
 * rates as a whole; it guards against recordings worse than those that calibrations are measured on.
 */
const RELIABLE_QUALITY = 0.5;

const variance = ({ enrol, probe }: Counts) => 1 / enrol + 1 / probe;

/** `quality` of the recording that is compared, 0..1: a poor one says less, for the person and against. */
export function logLikelihoodRatio(
  map: AffineCalibration,
  score: number,
  counts = REFERENCE,
  quality = 1,
): number {
  const more = variance(counts) - variance(REFERENCE);
  const zero = -map.offset / map.slope + (map.averaging?.zero ?? 0) * more;
  const width = 1 / map.slope + (map.averaging?.width ?? 0) * more;
  const ratio = (score - zero) / Math.max(width, 0.2 / map.slope);
  const reliance = Math.min(1, Math.max(0, quality / RELIABLE_QUALITY));
  return reliance * Math.max(-(map.against ?? map.limit), Math.min(map.limit, ratio));
}

/**
 * How many independent recordings these are worth: the frames of a burst are nearly one and the same, and their
 * mean is no better than one of them. Unit vectors.
 */
export function effectiveCount(map: AffineCalibration, vectors: readonly Float32Array[]): number {
  if (!map.averaging || vectors.length < 2) return 1;
  const pairs = vectors.flatMap((a, index) => vectors.slice(index + 1).map((b) => dot(a, b)));
  const difference = Math.max(0, 1 - mean(pairs)) / (1 - map.averaging.coherence);
  return 1 / (1 - Math.min(1, difference) * (1 - 1 / vectors.length));
}

/** How zero and width depend on the counts, from maps that were fitted at several: straight lines. */
export function fitAveraging(
  fits: readonly { readonly counts: Counts; readonly map: AffineCalibration }[],
): Omit<NonNullable<AffineCalibration['averaging']>, 'coherence'> {
  const x = fits.map(({ counts }) => variance(counts));
  const gradient = (y: readonly number[]) => {
    const [mx, my] = [mean(x), mean(y)];
    const along = x.reduce((sum, value, index) => sum + (value - mx) * (y[index]! - my), 0);
    return along / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  };
  return {
    zero: gradient(fits.map(({ map }) => -map.offset / map.slope)),
    width: gradient(fits.map(({ map }) => 1 / map.slope)),
  };
}

/** The parent's map weighs as much as this many trials, so that a few people cannot turn it over. */
const PARENT_TRIALS = 100;

/**
 * Logistic regression of genuine against impostor scores, both classes weighted to {@link PRIOR} (Brümmer and
 * du Preez, 2006), together with {@link PARENT_TRIALS} trials that say what the parent's map says.
 */
export function fitAffine(scores: ScoreSet, parent: AffineCalibration | null): AffineCalibration {
  const fewest = Math.min(scores.genuine.length, scores.impostor.length);
  if (fewest === 0) {
    if (parent) return parent;
    throw new TypeError('a calibration needs genuine and impostor scores');
  }
  const all = [...scores.genuine, ...scores.impostor];
  const middle = mean(all);
  const spread = Math.sqrt(mean(all.map((score) => (score - middle) ** 2))) || 1;
  const share = parent ? fewest / (fewest + PARENT_TRIALS) : 1;
  const examples = [
    ...scores.genuine.map((score) => ({
      score,
      genuine: 1,
      weight: (share * PRIOR) / scores.genuine.length,
    })),
    ...scores.impostor.map((score) => ({
      score,
      genuine: 0,
      weight: (share * (1 - PRIOR)) / scores.impostor.length,
    })),
    ...(parent ? whatItSays(parent, 1 - share) : []),
  ];
  const { a, b } = fitLogOdds(
    examples.map(({ score, genuine, weight }) => ({ z: (score - middle) / spread, genuine, weight })),
  );
  const slope = a / spread;
  if (!(slope > 0)) {
    if (parent) return parent;
    throw new TypeError('the genuine scores are not above the impostor scores');
  }
  const limit = Math.max(parent?.limit ?? 0, Math.log(fewest + 1));
  return { ...parent, slope, offset: b - slope * middle, limit };
}

/** Soft examples on which the map itself is the best fit. */
function whatItSays(
  map: AffineCalibration,
  weight: number,
): { score: number; genuine: number; weight: number }[] {
  const ratios = Array.from({ length: 17 }, (_, index) => index - 8);
  return ratios.map((ratio) => ({
    score: (ratio - map.offset) / map.slope,
    genuine: 1 / (1 + Math.exp(-ratio - PRIOR_LOG_ODDS)),
    weight: weight / ratios.length,
  }));
}

/**
 * The sum of ratios that impostors reach with probability `fmr`. Face and voice of different people know nothing
 * of each other, so their sum is distributed as the convolution of both, on a grid of a twentieth.
 */
export function fusedThreshold(face: readonly number[], voice: readonly number[], fmr: number): number {
  const grid = 0.05;
  const histogram = (values: readonly number[]) => {
    const low = Math.floor(Math.min(...extremes(values)) / grid);
    const high = Math.ceil(Math.max(...extremes(values)) / grid);
    const counts = new Float64Array(high - low + 1);
    for (const value of values) counts[Math.ceil(value / grid) - low]! += 1 / values.length;
    return { low, counts };
  };
  const [f, v] = [histogram(face), histogram(voice)];
  let tail = 0;
  for (let sum = f.counts.length + v.counts.length - 2; sum >= 0; sum--) {
    let here = 0;
    for (let i = Math.max(0, sum - v.counts.length + 1); i <= Math.min(sum, f.counts.length - 1); i++)
      here += f.counts[i]! * v.counts[sum - i]!;
    if (tail + here > fmr) return (sum + 1 + f.low + v.low) * grid;
    tail += here;
  }
  return (f.low + v.low) * grid;
}

interface Maps {
  readonly face: AffineCalibration;
  readonly voice: AffineCalibration;
}

/** The thresholds that impostors with these scores reach as often as is wanted: at the target FMR, and at ten times it. */
export function fitDecision(
  maps: Maps,
  scores: { readonly face: ScoreSet; readonly voice: ScoreSet },
  { targetFmr, inherited }: { targetFmr: number; inherited: Calibration['decision'] | null },
): Calibration['decision'] {
  const face = scores.face.impostor.map((score) => logLikelihoodRatio(maps.face, score));
  const voice = scores.voice.impostor.map((score) => logLikelihoodRatio(maps.voice, score));
  const fewest = Math.min(face.length, voice.length);
  const at = (fmr: number, known: number) => {
    const measured = fewest === 0 ? Number.NEGATIVE_INFINITY : fusedThreshold(face, voice, fmr);
    // Rule of three, for each modality's part in a rare coincidence of both. With fewer, not below what is known.
    return fewest * Math.sqrt(fmr) >= 3 ? measured : Math.max(measured, known);
  };
  // Evidence that speaks against the person is never enough, however rare it is among impostors.
  const threshold = Math.max(0, at(targetFmr, inherited?.threshold ?? -Math.log(targetFmr)));
  const stepUp = Math.min(threshold, at(targetFmr * 10, inherited?.stepUp ?? -Math.log(targetFmr * 10)));
  return { targetFmr, threshold, stepUp };
}

/** Refits both maps and the thresholds for a model that descends from the one that `parent` belongs to. */
export function fitCalibration(request: {
  readonly face: ScoreSet;
  readonly voice: ScoreSet;
  readonly parent: Calibration | null;
  readonly targetFmr?: number;
  readonly on: string;
  readonly how: string;
}): Calibration {
  const { parent, on, how } = request;
  const maps = {
    face: fitAffine(request.face, parent?.face ?? null),
    voice: fitAffine(request.voice, parent?.voice ?? null),
  };
  const targetFmr = request.targetFmr ?? parent?.decision.targetFmr ?? 1e-3;
  const count = (scores: ScoreSet) => ({ genuine: scores.genuine.length, impostor: scores.impostor.length });
  return {
    format: 1,
    ...maps,
    decision: fitDecision(maps, request, { targetFmr, inherited: parent?.decision ?? null }),
    measured: { on, how, trials: { face: count(request.face), voice: count(request.voice) }, figures: {} },
  };
}

function extremes(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
