import { FMR_LEVELS, type FmrLevel, wilson } from './error-rates.ts';

/** Rates at a threshold that was not chosen on these comparisons, with 95 % intervals (Wilson). */
export interface OperatingPoint {
  readonly threshold: number;
  readonly fmr: number;
  readonly fmrInterval: readonly [number, number];
  readonly fnmr: number;
  readonly fnmrInterval: readonly [number, number];
}

type Ratios = { readonly genuine: readonly number[]; readonly impostor: readonly number[] };

/**
 * A ratio of 1 / FMR promises that impostors reach it no more often than that: what they do here, at each level. Null
 * where fewer than 3 / FMR impostors were compared, so that even none of them passing would not carry the claim.
 */
export function promises({ genuine, impostor }: Ratios): Readonly<Record<FmrLevel, OperatingPoint | null>> {
  const at = (level: FmrLevel) =>
    genuine.length === 0 || impostor.length < 3 / Number(level) - 1e-6
      ? null
      : operatingPoint({ genuine, impostor }, -Math.log(Number(level)));
  const [first, second, third] = FMR_LEVELS;
  return { [first]: at(first), [second]: at(second), [third]: at(third) } as Record<
    FmrLevel,
    OperatingPoint | null
  >;
}

export function operatingPoint({ genuine, impostor }: Ratios, threshold: number): OperatingPoint {
  const matches = (ratios: readonly number[]) => ratios.filter((ratio) => ratio >= threshold).length;
  return pointOf(threshold, {
    matched: matches(genuine),
    genuine: genuine.length,
    falsely: matches(impostor),
    impostor: impostor.length,
  });
}

/** From counts: how many of the genuine and of the impostor comparisons match. */
export function pointOf(
  threshold: number,
  counts: { matched: number; genuine: number; falsely: number; impostor: number },
): OperatingPoint {
  const missed = counts.genuine - counts.matched;
  return {
    threshold,
    fmr: counts.falsely / counts.impostor,
    fmrInterval: wilson(counts.falsely, counts.impostor),
    fnmr: missed / counts.genuine,
    fnmrInterval: wilson(missed, counts.genuine),
  };
}
