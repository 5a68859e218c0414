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
      for (let band = 2 * column; band < 2 * column + 2; band++) {
        const at = (offset: number) => spectrum[(frame + offset) * BANDS + band]!;
        for (let offset = 1; offset <= REACH; offset++) change += offset * (at(offset) - at(-offset));
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
  return Int8Array.from(changes, (value) => Math.max(-127, Math.min(127, Math.round(value))));
}

/** Whether one is a copy of the other, or of a part of it. */
export function isSameRecording(a: Fingerprint, b: Fingerprint): boolean {
  return similarity(a, b) >= SAME;
}

/** The highest correlation of any shift, -1..1. */
export function similarity(a: Fingerprint, b: Fingerprint): number {
  const [rowsA, rowsB] = [a.length / WIDTH, b.length / WIDTH];
  let best = -1;
  const from = Math.max(OVERLAP - rowsB, -LARGEST_SHIFT);
  const to = Math.min(rowsA - OVERLAP, LARGEST_SHIFT);
  for (let shift = from; shift <= to; shift++) {
    const start = Math.max(0, shift) * WIDTH;
    const end = Math.min(rowsA, rowsB + shift) * WIDTH;
    const offset = shift * WIDTH;
    let [product, squaresA, squaresB] = [0, 0, 0];
    for (let at = start; at < end; at++) {
      const [x, y] = [a[at]!, b[at - offset]!];
      product += x * y;
      squaresA += x * x;
      squaresB += y * y;
    }
    best = Math.max(best, product / (Math.sqrt(squaresA * squaresB) || 1));
  }
  return best;
}
