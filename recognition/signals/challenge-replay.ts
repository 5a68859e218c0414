import type { Sounds } from './challenge-sounds.ts';

const BANDS = 40;
/** Neighbouring bands are put together, and every second frame is kept: rows of 20 numbers every 20 ms. */
const WIDTH = 20;
const STEP = 2;
/** Frames before and after whose difference says how a band changes. */
const REACH = 3;
/** In rows: at most 8 seconds are kept, at least 1 second is compared, shifted by 1.5 seconds at most. */
const LONGEST = 400;
const OVERLAP = 50;
const LARGEST_SHIFT = 75;
/**
 * So much of a recording has to be found in an earlier one. Less, and an answer that shares three digits of four with one of
 * the fifty before it would count as sent before.
 */
const COVERED = 0.8;
const STEPS = 32;
/** So many of the best shifts are looked at closely. */
const CLOSELY = 4;
/**
 * Correlation from which two recordings are one. The same digits said again by the same person reach 0.6 at most (14 pairs of
 * AudioMNIST-AZ and FSDD), copies in other formats and levels 0.8 and more; a loudspeaker in a small room 0.7 to 0.9.
 */
const SAME = 0.7;
/**
 * A copy is one throughout: so much each of the parts has to correlate. An answer that shares three digits of four with an earlier
 * one is like it but for the fourth. Parts of equal energy, since pauses are noise in any copy. Of 60 answers of 16 people through
 * a loudspeaker the weakest part reaches this in 57; of 800 answers of two rendered people, who say a digit much alike each
 * time, one was taken for one of the 50 before it (five by a correlation of 0.75 alone). Chosen on these; of 400 of a third one, two were.
 */
const SAME_IN_EACH_PART = 0.56;
const PARTS = 5;

/** How a recording's bands change: rows of 20 signed bytes. A copy changes in the same way at the same times. */
export type Fingerprint = Int8Array;

export function fingerprintOf({ spectrum, frames }: Pick<Sounds, 'spectrum' | 'frames'>): Fingerprint {
  const rows = Math.min(LONGEST, Math.max(0, Math.floor((frames - 2 * REACH) / STEP)));
  const changes = new Float32Array(rows * WIDTH);
  for (let row = 0; row < rows; row++) {
    const frame = REACH + row * STEP;
    for (let column = 0; column < WIDTH; column++) {
      let change = 0;
      for (let offset = 1; offset <= REACH; offset++) {
        const after = (frame + offset) * BANDS + 2 * column;
        const before = (frame - offset) * BANDS + 2 * column;
        change +=
          offset * (spectrum[after]! + spectrum[after + 1]! - spectrum[before]! - spectrum[before + 1]!);
      }
      changes[row * WIDTH + column] = change;
    }
  }
  for (let column = 0; column < WIDTH; column++) {
    let squares = 0;
    for (let at = column; at < changes.length; at += WIDTH) squares += changes[at]! ** 2;
    const unit = STEPS / (Math.sqrt(squares / Math.max(1, rows)) || 1);
    for (let at = column; at < changes.length; at += WIDTH) changes[at]! *= unit;
  }
  const bytes = new Int8Array(changes.length);
  for (let at = 0; at < changes.length; at++)
    bytes[at] = Math.max(-127, Math.min(127, Math.round(changes[at]!)));
  return bytes;
}

/** Whether `given` is a copy of `earlier`, or of a part of it. */
export function isSameRecording(earlier: Fingerprint, given: Fingerprint): boolean {
  const { value, shift } = bestShift(earlier, given);
  return value >= SAME && weakestPart(earlier, given, shift) >= SAME_IN_EACH_PART;
}

/** The highest correlation of any shift, -1..1. */
function bestShift(earlier: Fingerprint, given: Fingerprint): { value: number; shift: number } {
  const [rowsEarlier, rowsGiven] = [earlier.length / WIDTH, given.length / WIDTH];
  const least = Math.max(OVERLAP, Math.ceil(COVERED * rowsGiven));
  const from = Math.max(least - rowsGiven, -LARGEST_SHIFT);
  const to = Math.min(rowsEarlier - least, LARGEST_SHIFT);
  // A person's kept answers are many: every other row at every other shift tells where it is worth looking closely.
  const coarse: { shift: number; value: number }[] = [];
  for (let shift = from; shift <= to; shift += 2)
    coarse.push({ shift, value: correlation(earlier, given, { shift, rows: 2 }) });
  coarse.sort((one, other) => other.value - one.value);
  let best = { value: -1, shift: 0 };
  for (const { shift } of coarse.slice(0, CLOSELY)) {
    for (let near = Math.max(from, shift - 1); near <= Math.min(to, shift + 1); near++) {
      const value = correlation(earlier, given, { shift: near, rows: 1 });
      if (value > best.value) best = { value, shift: near };
    }
  }
  return best;
}

/** The lowest correlation of any of {@link PARTS} parts that have the same energy, in time one after another. */
function weakestPart(a: Fingerprint, b: Fingerprint, shift: number): number {
  const start = Math.max(0, shift);
  const end = Math.min(a.length / WIDTH, b.length / WIDTH + shift);
  const energyUpTo = [0];
  for (let row = start; row < end; row++)
    energyUpTo.push(energyUpTo.at(-1)! + energyOf(a, row) + energyOf(b, row - shift));
  const bounds = Array.from({ length: PARTS + 1 }, (_, part) =>
    part === PARTS ? end : start + energyUpTo.findIndex((sum) => sum >= (energyUpTo.at(-1)! * part) / PARTS),
  );
  const parts = bounds
    .slice(1)
    .map((to, part) => correlation(a, b, { shift, rows: 1, from: bounds[part]!, to }));
  return Math.min(...parts);
}

function energyOf(fingerprint: Fingerprint, row: number): number {
  let energy = 0;
  for (let at = row * WIDTH; at < (row + 1) * WIDTH; at++) energy += fingerprint[at]! ** 2;
  return energy;
}

/** Of `b`, later by `shift` rows, with `a`, where they overlap between `from` and `to`; of every `rows`th row. */
function correlation(
  a: Fingerprint,
  b: Fingerprint,
  { shift, rows, from = 0, to = LONGEST }: { shift: number; rows: number; from?: number; to?: number },
): number {
  const end = Math.min(a.length / WIDTH, b.length / WIDTH + shift, to);
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let row = Math.max(0, shift, from); row < end; row += rows) {
    const [inA, inB] = [row * WIDTH, (row - shift) * WIDTH];
    for (let column = 0; column < WIDTH; column++) {
      const x = a[inA + column]!;
      const y = b[inB + column]!;
      product += x * y;
      squaresA += x * x;
      squaresB += y * y;
    }
  }
  return product / (Math.sqrt(squaresA * squaresB) || 1);
}
