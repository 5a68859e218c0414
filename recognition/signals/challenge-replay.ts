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
const STEPS = 32;
/** So many of the best shifts are looked at closely. */
const CLOSELY = 4;
/**
 * Correlation from which two recordings are one. The same digits said again by the same person reach 0.6 at most (14 pairs of
 * AudioMNIST-AZ and FSDD), copies in other formats and levels 0.8 and more; a loudspeaker in a small room 0.5 to 0.8.
 */
const SAME = 0.75;

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

/** Whether one is a copy of the other, or of a part of it. */
export function isSameRecording(a: Fingerprint, b: Fingerprint): boolean {
  return similarity(a, b) >= SAME;
}

/** The highest correlation of any shift, -1..1. */
export function similarity(a: Fingerprint, b: Fingerprint): number {
  const from = Math.max(OVERLAP - b.length / WIDTH, -LARGEST_SHIFT);
  const to = Math.min(a.length / WIDTH - OVERLAP, LARGEST_SHIFT);
  // A person's kept answers are many: every other row at every other shift tells where it is worth looking closely.
  const coarse: { shift: number; value: number }[] = [];
  for (let shift = from; shift <= to; shift += 2)
    coarse.push({ shift, value: correlation(a, b, { shift, rows: 2 }) });
  coarse.sort((one, other) => other.value - one.value);
  let best = -1;
  for (const { shift } of coarse.slice(0, CLOSELY)) {
    for (let near = Math.max(from, shift - 1); near <= Math.min(to, shift + 1); near++)
      best = Math.max(best, correlation(a, b, { shift: near, rows: 1 }));
  }
  return best;
}

/** Of `b`, later by `shift` rows, with `a`, where they overlap; of every `rows`th row. */
function correlation(
  a: Fingerprint,
  b: Fingerprint,
  { shift, rows }: { shift: number; rows: number },
): number {
  const end = Math.min(a.length / WIDTH, b.length / WIDTH + shift);
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let row = Math.max(0, shift); row < end; row += rows) {
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
