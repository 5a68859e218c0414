import { SystemError } from '@visavox/core/errors';
import { Fourier } from './fourier.ts';
import { compareRows, putWords, WIDTH } from './word-bits.ts';
import type { WordSpan } from './word-spans.ts';

/** How the partials of one spoken word rise and fall: a copy has the same at the same moments, the word said again has not. */
export interface WordPrint {
  readonly digit: string;
  /** {@link WIDTH} numbers every 16 ms: 96 bits that say where something changed, 96 that say whether it rose. */
  readonly rows: Uint32Array;
}

/** In samples at 16 kHz: long enough to tell the partials of a voice apart. */
const WINDOW = 1024;
const HOP = 256;
const RATE = 16_000;
/** Two bins of 15.6 Hz each, from 250 to 3250 Hz: what a small loudspeaker plays. */
const BANDS = 96;
const BINS = 2;
const LOWEST = 16;
const PARTS = BANDS / 32;
/** Rows between what is compared, and by how much (in nepers of power) one band has to change beside the next one to count. */
const REACH = 2;
const LEAST_CHANGE = 1.5 / 2;
/** Of a word, in rows: 1.4 s at most are kept. */
const SHORTEST = 8;
const LONGEST = 88;
/** Before and after a word, whose ends are found to a tenth of a second: a copy in a room begins a little otherwise. */
const AROUND = 0.05;
const SHIFTS = 10;
/** Rows of the shorter word that have to lie beside the other. */
const OVERLAP = 0.7;

const fourier = new Fourier(WINDOW);
const hann = Float32Array.from(
  { length: WINDOW },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW),
);

/** `waveform`: 16 kHz mono. Words that are too short to be known again are left out. */
export function wordPrints(
  waveform: Float32Array,
  digits: string,
  spans: readonly WordSpan[],
): readonly WordPrint[] {
  return spans.flatMap(({ from, to }, word) => {
    const digit = digits[word];
    const rows = printOf(waveform, from - AROUND, to + AROUND);
    return digit !== undefined && rows.length >= SHORTEST * WIDTH ? [{ digit, rows }] : [];
  });
}

function printOf(waveform: Float32Array, from: number, to: number): Uint32Array {
  const first = Math.max(0, Math.floor((from * RATE) / HOP));
  const last = Math.floor((Math.min(waveform.length, to * RATE) - WINDOW) / HOP);
  const count = Math.min(LONGEST + REACH, last - first + 1);
  if (count <= REACH) return new Uint32Array(0);
  const bands = bandsOf(waveform, first, count);
  const rows = new Uint32Array((count - REACH) * WIDTH);
  for (let row = 0; row < count - REACH; row++)
    for (let band = 0; band < BANDS; band++) {
      const now = (row + REACH) * (BANDS + 1) + band;
      const before = row * (BANDS + 1) + band;
      const change = bands[now]! - bands[now + 1]! - bands[before]! + bands[before + 1]!;
      if (Math.abs(change) < LEAST_CHANGE) continue;
      const at = row * WIDTH + (band >> 5);
      rows[at]! |= 1 << (band & 31);
      if (change > 0) rows[at + PARTS]! |= 1 << (band & 31);
    }
  return rows;
}

/** Logarithms of power, {@link BANDS} + 1 a row. */
function bandsOf(waveform: Float32Array, first: number, count: number): Float32Array {
  const bands = new Float32Array(count * (BANDS + 1));
  const windows = [new Float32Array(WINDOW), new Float32Array(WINDOW)] as const;
  const powers = [new Float32Array(WINDOW / 2), new Float32Array(WINDOW / 2)] as const;
  for (let row = 0; row < count; row += 2) {
    for (const [index, window] of windows.entries()) {
      const start = (first + row + index) * HOP;
      for (let at = 0; at < WINDOW; at++) window[at] = (waveform[start + at] ?? 0) * hann[at]!;
    }
    fourier.powers(windows[0], windows[1], powers);
    for (const [index, power] of powers.entries()) {
      if (row + index >= count) continue;
      for (let band = 0; band <= BANDS; band++) {
        let sum = 1e-9;
        for (let bin = 0; bin < BINS; bin++) sum += power[LOWEST + band * BINS + bin]!;
        bands[(row + index) * (BANDS + 1) + band] = Math.log(sum);
      }
    }
  }
  return bands;
}

/** -1..1 at the shift that suits best: near 0.5 for copies through a loudspeaker and a room, 0.2 for the same word said again. */
export function likeness(one: WordPrint, other: WordPrint): number {
  const [lengthA, lengthB] = [one.rows.length / WIDTH, other.rows.length / WIDTH];
  const least = Math.ceil(OVERLAP * Math.min(lengthA, lengthB));
  putWords(one.rows, other.rows);
  let best = -1;
  for (let shift = -SHIFTS; shift <= lengthB - lengthA + SHIFTS; shift++) {
    const [from, to] = [Math.max(0, -shift), Math.min(lengthA, lengthB - shift)];
    if (to - from < least) continue;
    const [shared, countA, countB] = compareRows(from, from + shift, to - from);
    best = Math.max(best, shared / Math.sqrt(Math.max(1, countA) * Math.max(1, countB)));
  }
  return best;
}

/** What may be any digit. */
export const anyDigit = '-';
/** A copy of one word can be chance, of two it cannot: the second most alike has to be as much alike as this, or all together. */
const TWO_ALIKE = 0.4;
const ALL_ALIKE = 0.34;

/** Whether words are copies of some that were said before, whichever they were taken from. */
export function wereSaidBefore(given: readonly WordPrint[], earlier: readonly WordPrint[]): boolean {
  const alike = given
    .map((word) => {
      let best = 0;
      for (const other of earlier)
        if (word.digit === other.digit || word.digit === anyDigit || other.digit === anyDigit)
          best = Math.max(best, likeness(word, other));
      return best;
    })
    .sort((a, b) => b - a);
  const mean = alike.reduce((sum, one) => sum + one, 0) / Math.max(1, alike.length);
  return (alike[1] ?? 0) >= TWO_ALIKE || (alike.length > 1 && mean >= ALL_ALIKE);
}

/** Digit, number of rows, rows (little-endian, as the processors are); and again. */
export function encodeWordPrints(prints: readonly WordPrint[]): Uint8Array {
  const bytes = new Uint8Array(prints.reduce((sum, { rows }) => sum + 2 + rows.byteLength, 0));
  let at = 0;
  for (const { digit, rows } of prints) {
    bytes.set([digit.charCodeAt(0), rows.length / WIDTH], at);
    bytes.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), at + 2);
    at += 2 + rows.byteLength;
  }
  return bytes;
}

export function decodeWordPrints(bytes: Uint8Array): WordPrint[] {
  const prints: WordPrint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [digit = 0, length] = bytes.subarray(at, at + 2);
    const end = at + 2 + (length ?? 0) * WIDTH * Uint32Array.BYTES_PER_ELEMENT;
    if (length === undefined || end > bytes.length) throw new SystemError('the prints of words are cut off');
    const rows = new Uint32Array(new Uint8Array(bytes.subarray(at + 2, end)).buffer);
    prints.push({ digit: String.fromCharCode(digit), rows });
    at = end;
  }
  return prints;
}
