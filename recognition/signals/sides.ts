import { dot, meanDirection } from './vectors.ts';

/** One side of a comparison: what is enrolled, or what is compared with it. */
export interface Side {
  /** Unit length. */
  readonly direction: Float32Array;
  /** Of what is enrolled, where `direction` has copies in it: that of the recordings alone. */
  readonly alone?: Float32Array;
  /** Of what is compared: whether it came as those copies imitate. Where nothing says, it is compared with both together. */
  readonly takenWorse?: boolean | undefined;
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
  readonly takenWorse?: boolean | undefined;
  readonly seconds?: number | null;
}

/** Copies bring a voice over a telephone nearer, and one in clear further away: each is compared with what suits it. */
export function comparedWith(enrolled: Side, probe: Side): Float32Array {
  return probe.takenWorse === false ? (enrolled.alone ?? enrolled.direction) : enrolled.direction;
}

/** Throws for no recordings. */
export function enrolledSide(recordings: readonly EmbeddedRecording[]): Side {
  const { direction: alone, coherence, seconds } = probeSide(recordings);
  const direction = meanDirection(recordings.map(({ vector, enrolled }) => enrolled ?? vector));
  return { direction, alone, coherence, seconds };
}

/** One recording, or those of several tries together. Throws for none. */
export function probeSide(recordings: readonly EmbeddedRecording[]): Side {
  const vectors = recordings.map(({ vector }) => vector);
  return {
    direction: meanDirection(vectors),
    takenWorse: takenWorseOf(recordings.map(({ takenWorse }) => takenWorse)),
    coherence: coherenceOf(vectors),
    seconds: totalSeconds(recordings.map(({ seconds }) => seconds ?? null)),
  };
}

/** Of several tries together: as soon as one of them was. */
export function takenWorseOf(each: readonly (boolean | undefined)[]): boolean | undefined {
  if (each.includes(true)) return true;
  return each.length === 0 || each.includes(undefined) ? undefined : false;
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
