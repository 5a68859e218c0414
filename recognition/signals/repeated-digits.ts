import { FEATURES, type Sounds } from './challenge-sounds.ts';
import { misfit, type SpokenDigit, takeApart } from './challenge-words.ts';

/** Pairs of words, of which fewer say nothing. */
const FEWEST_SAME = 3;
const FEWEST_DIFFERENT = 10;

/** An utterance, and the digits that were asked for. */
export interface AskedUtterance {
  readonly sounds: Sounds;
  readonly digits: string;
}

/** What says whether the digits that were asked for were said, in whatever language. */
export interface Repetition {
  /**
   * How much more alike words are that should be the same digit than words that should be different ones, over utterances, in
   * deviations of what chance would give.
   */
  readonly alike: number;
  /** How much worse the last utterance fits its digits than any others, by how the utterances before it said them; 0: they fit best. */
  readonly misfit: number;
}

/**
 * A digit that is said twice is like itself and unlike the others. Nothing is known of the person or the language. The last
 * utterance repeats digits of those before it. Null where too few words are heard.
 */
export function repetition(said: readonly AskedUtterance[]): Repetition | null {
  const words = said.map(({ sounds, digits }) => takeApart(sounds, digits));
  const pairs: Pair[] = [];
  for (const [index, some] of words.entries())
    for (const [later, others] of words.entries())
      if (later > index)
        for (const one of some)
          for (const other of others)
            pairs.push({
              ...{ one, other, same: one.digit === other.digit },
              distance: wordDistance(one, other),
            });
  const last = said.at(-1);
  const alike = likeness(pairs);
  const worse = last ? misfit(last.sounds, last.digits, words.slice(0, -1).flat()) : null;
  return alike === null || worse === null ? null : { alike, misfit: worse };
}

interface Pair {
  readonly one: SpokenDigit;
  readonly other: SpokenDigit;
  readonly same: boolean;
  readonly distance: number;
}

/** Distances from what both words' distances to all others let expect: some words are far from everything. */
function likeness(pairs: readonly Pair[]): number | null {
  const of = new Map<SpokenDigit, number[]>();
  for (const { one, other, distance } of pairs)
    for (const word of [one, other]) of.set(word, [...(of.get(word) ?? []), distance]);
  const usual = new Map([...of].map(([word, distances]) => [word, mean(distances)]));
  const all = mean(pairs.map(({ distance }) => distance));
  const nearer = pairs.map(({ one, other, same, distance }) => ({
    same,
    by: (usual.get(one) ?? all) + (usual.get(other) ?? all) - all - distance,
  }));
  const same = nearer.filter((pair) => pair.same).map(({ by }) => by);
  const different = nearer.filter((pair) => !pair.same).map(({ by }) => by);
  if (same.length < FEWEST_SAME || different.length < FEWEST_DIFFERENT) return null;
  const middle = mean(different);
  const deviation = Math.sqrt(mean(different.map((by) => (by - middle) ** 2)));
  return ((mean(same) - middle) / Math.max(1e-6, deviation)) * Math.sqrt(same.length);
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
