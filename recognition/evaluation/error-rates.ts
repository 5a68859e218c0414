/** Rates as fractions; null where the data cannot carry the claim. Terms as in ISO/IEC 19795-1. */
export interface ErrorRates {
  readonly genuine: number;
  readonly impostor: number;
  readonly eer: number | null;
  readonly fnmr: Readonly<Record<FmrLevel, number | null>>;
  /** 95 % (Wilson), of the share of genuine comparisons; it takes the threshold for known. */
  readonly fnmrInterval: Readonly<Record<FmrLevel, readonly [number, number] | null>>;
}

export const FMR_LEVELS = ['1e-2', '1e-3', '1e-4'] as const;
export type FmrLevel = (typeof FMR_LEVELS)[number];

/**
 * Higher scores speak for the same person; a comparison that could not be made has the score -Infinity, so that
 * it never matches. FNMR at an FMR is given only if at least 3 / FMR impostors were compared (rule of three).
 */
export function errorRates(genuine: readonly number[], impostor: readonly number[]): ErrorRates {
  const ascending = Float64Array.from(genuine).sort();
  const descending = Float64Array.from(impostor).sort().reverse();
  const misses = FMR_LEVELS.map((level) => [level, missesAt(ascending, descending, Number(level))] as const);
  return {
    genuine: genuine.length,
    impostor: impostor.length,
    eer: equalErrorRate(ascending, descending),
    fnmr: byLevel(misses, (count) => count / genuine.length),
    fnmrInterval: byLevel(misses, (count) => wilson(count, genuine.length)),
  };
}

function byLevel<T>(
  misses: readonly (readonly [FmrLevel, number | null])[],
  of: (count: number) => T,
): Record<FmrLevel, T | null> {
  const entries = new Map(misses);
  const at = (level: FmrLevel) => {
    const count = entries.get(level) ?? null;
    return count === null ? null : of(count);
  };
  return { '1e-2': at('1e-2'), '1e-3': at('1e-3'), '1e-4': at('1e-4') };
}

/** Genuine comparisons that do not match at the lowest threshold that keeps the FMR. */
function missesAt(genuine: Float64Array, impostor: Float64Array, fmr: number): number | null {
  if (genuine.length === 0 || impostor.length < 3 / fmr - 1e-6) return null;
  return firstAbove(genuine, highestRefused(impostor, fmr));
}

/** The score above which an FMR is kept: that of the best impostor who must be refused. */
export function thresholdAt(impostor: readonly number[], fmr: number): number {
  return highestRefused(Float64Array.from(impostor).sort().reverse(), fmr);
}

function highestRefused(descending: Float64Array, fmr: number): number {
  return descending[Math.floor(descending.length * fmr + 1e-9)] ?? -Infinity;
}

/**
 * Where the false match rate and the false non-match rate cross, on the straight line between the two
 * neighbouring operating points of the data. Equal scores are one operating point.
 */
function equalErrorRate(genuine: Float64Array, impostor: Float64Array): number | null {
  if (genuine.length === 0 || impostor.length === 0) return null;
  let before = { fmr: 0, fnmr: 1 };
  const thresholds = [...new Set([...genuine, ...impostor])].sort((a, b) => b - a);
  const ascendingImpostor = impostor.slice().reverse();
  for (const threshold of thresholds) {
    // A comparison that could not be made never matches, whatever the threshold.
    if (threshold === -Infinity) break;
    const here = {
      fmr: 1 - firstAtOrAbove(ascendingImpostor, threshold) / impostor.length,
      fnmr: firstAtOrAbove(genuine, threshold) / genuine.length,
    };
    if (here.fmr >= here.fnmr) {
      const [gapBefore, gapHere] = [before.fnmr - before.fmr, here.fnmr - here.fmr];
      const share = gapBefore / (gapBefore - gapHere);
      return before.fmr + share * (here.fmr - before.fmr);
    }
    before = here;
  }
  // So many comparisons failed that the curves do not meet: what is missed even when all else matches.
  return before.fnmr;
}

/** Wilson's score interval for a share, 95 %. */
export function wilson(count: number, total: number): readonly [number, number] {
  const z = 1.959964;
  const share = count / total;
  const middle = (share + (z * z) / (2 * total)) / (1 + (z * z) / total);
  const half =
    (z / (1 + (z * z) / total)) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/**
 * Cost of log-likelihood ratios, in bits: 0 perfect, 1 what no evidence gives (Brümmer and du Preez, 2006).
 * Unlike the EER it also punishes ratios that promise too much.
 */
export function costOfRatios(genuine: readonly number[], impostor: readonly number[]): number {
  const bits = (x: number) => (x > 500 ? x : Math.log1p(Math.exp(x))) / Math.LN2;
  const mean = (values: readonly number[], of: (value: number) => number) =>
    values.reduce((sum, value) => sum + of(value), 0) / values.length;
  return (mean(genuine, (ratio) => bits(-ratio)) + mean(impostor, bits)) / 2;
}

function firstAbove(ascending: Float64Array, value: number): number {
  return bisect(ascending, (element) => element > value);
}

function firstAtOrAbove(ascending: Float64Array, value: number): number {
  return bisect(ascending, (element) => element >= value);
}

/** The index of the first element that `holds`; those after it hold too. */
function bisect(ascending: Float64Array, holds: (element: number) => boolean): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ascending[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
