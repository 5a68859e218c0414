/** A comparison as far as a report needs it. */
export interface ScoredComparison {
  readonly same: boolean;
  /** A log-likelihood ratio; -Infinity where the comparison could not be made. */
  readonly score: number;
  /** Of this try and a second one together; left out where there is no second recording. */
  readonly together?: number;
  /** Who is claimed: intervals are drawn over people. It appears in no report. */
  readonly person: string;
  /** Of what is compared, 0..1; null where nothing says. */
  readonly quality: number | null;
  /** Which slice it belongs to, by dimension: `light` -> `dim`. */
  readonly traits: Traits;
}

export type Traits = Readonly<Record<string, string>>;

/** What is reported on together: one modality, or both fused. */
export interface ScoredSet {
  readonly comparisons: readonly ScoredComparison[];
  /** The same comparisons made in another way, with other traits: fewer recordings enrolled, say. */
  readonly variants: readonly ScoredComparison[];
}

export function scoresOf(comparisons: readonly ScoredComparison[]): {
  readonly genuine: number[];
  readonly impostor: number[];
} {
  const of = (same: boolean) => comparisons.filter((one) => one.same === same).map(({ score }) => score);
  return { genuine: of(true), impostor: of(false) };
}
