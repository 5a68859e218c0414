import { FEATURES, type Sounds } from './challenge-sounds.ts';
import { type SpokenDigit, takeApart } from './challenge-words.ts';

/** An utterance, and the digits that were asked for. */
export interface AskedUtterance {
  readonly sounds: Sounds;
  readonly digits: string;
}

/**
 * How much more alike words are that should be the same digit than words that should be different ones, over utterances, in
 * deviations of what chance would give: any language shows so whether the digits that were asked for were said. Null where no
 * digit is in two utterances, or too few words are heard.
 */
export function repetition(said: readonly AskedUtterance[]): number | null {
  const words = said.map(({ sounds, digits }) => takeApart(sounds, digits));
  const pairs: { readonly same: boolean; readonly distance: number }[] = [];
  for (const [index, some] of words.entries())
    for (const others of words.slice(index + 1))
      for (const one of some)
        for (const other of others)
          pairs.push({ same: one.digit === other.digit, distance: wordDistance(one, other) });
  const same = pairs.filter((pair) => pair.same).map(({ distance }) => distance);
  const different = pairs.filter((pair) => !pair.same).map(({ distance }) => distance);
  if (same.length < 3 || different.length < 10) return null;
  const middle = mean(different);
  const deviation = Math.sqrt(mean(different.map((distance) => (distance - middle) ** 2)));
  return ((middle - mean(same)) / Math.max(1e-6, deviation)) * Math.sqrt(same.length);
}

/** Dynamic time warping of two words (Sakoe and Chiba, 1978), per step of the longer way. */
export function wordDistance(a: SpokenDigit, b: SpokenDigit): number {
  const [rows, columns] = [a.sounds.length / FEATURES, b.sounds.length / FEATURES];
  let before = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  before[0] = 0;
  for (let row = 0; row < rows; row++) {
    const here = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    for (let column = 0; column < columns; column++) {
      const distance = rowDistance(a.sounds, row, b.sounds, column);
      here[column + 1] = Math.min(
        before[column]! + 2 * distance,
        before[column + 1]! + distance,
        here[column]! + distance,
      );
    }
    before = here;
  }
  return before[columns]! / (rows + columns);
}

function rowDistance(a: Float32Array, row: number, b: Float32Array, column: number): number {
  let sum = 0;
  for (let at = 0; at < FEATURES; at++) {
    const difference = a[row * FEATURES + at]! - b[column * FEATURES + at]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum / FEATURES);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
