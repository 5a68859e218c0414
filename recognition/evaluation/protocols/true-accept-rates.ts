/** TAR at an FAR, as IJB-C is reported: 1 - FNMR at an FMR. */
export interface TrueAcceptRate {
  readonly far: number;
  /** Only what scores above this passes. */
  readonly refused: number;
  readonly tar: number;
}

/** As published for IJB-C. */
export const FAR_LEVELS = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1] as const;

/**
 * At the lowest threshold that no more than `far` of the impostors pass. Null where fewer than 3 / FAR impostors were compared
 * (rule of three), or nobody. `impostor` is sorted, ascending; a score of -Infinity never passes.
 */
export function trueAcceptRate(
  genuine: Float32Array,
  impostor: Float32Array,
  far: number,
): TrueAcceptRate | null {
  if (genuine.length === 0 || impostor.length < 3 / far - 1e-6) return null;
  const passing = Math.floor(impostor.length * far + 1e-9);
  const refused = impostor[impostor.length - 1 - passing] ?? Number.NEGATIVE_INFINITY;
  return { far, refused, tar: shareAbove(genuine, refused) };
}

function shareAbove(scores: Float32Array, refused: number): number {
  return scores.reduce((sum, score) => sum + Number(score > refused), 0) / scores.length;
}
