import { dot, meanDirection } from './vectors.ts';

/** One side of a comparison: what is enrolled, or what is compared with it. */
export interface Side {
  /** Unit length. */
  readonly direction: Float32Array;
  /** Mean cosine of two of its recordings; null for one, and where it was never measured. */
  readonly coherence: number | null;
  /** Of speech, from the first to the last word; null of faces, and where it was never measured. */
  readonly seconds: number | null;
}

/** A recording as a model sees it. */
export interface EmbeddedRecording {
  /** Unit length. */
  readonly vector: Float32Array;
  /** What it brings into a template, where that is not itself alone. */
  readonly enrolled?: Float32Array;
  readonly seconds?: number | null;
}

/** Throws for no recordings. */
export function enrolledSide(recordings: readonly EmbeddedRecording[]): Side {
  return {
    ...probeSide(recordings),
    direction: meanDirection(recordings.map(({ vector, enrolled }) => enrolled ?? vector)),
  };
}

/** One recording, or those of several tries together. Throws for none. */
export function probeSide(recordings: readonly EmbeddedRecording[]): Side {
  const vectors = recordings.map(({ vector }) => vector);
  return {
    direction: meanDirection(vectors),
    coherence: coherenceOf(vectors),
    seconds: totalSeconds(recordings.map(({ seconds }) => seconds ?? null)),
  };
}

/** Of unit vectors. */
export function coherenceOf(vectors: readonly Float32Array[]): number | null {
  const pairs = vectors.flatMap((a, index) => vectors.slice(index + 1).map((b) => dot(a, b)));
  return pairs.length === 0 ? null : pairs.reduce((sum, cosine) => sum + cosine, 0) / pairs.length;
}

export function totalSeconds(seconds: readonly (number | null)[]): number | null {
  return seconds.length === 0 || seconds.includes(null)
    ? null
    : seconds.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
