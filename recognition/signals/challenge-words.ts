import { FEATURES, FRAMES_PER_SECOND, type Sounds } from './challenge-sounds.ts';

/** How one person said one digit: speech only, rows of {@link FEATURES} every 20 ms. */
export interface SpokenDigit {
  readonly digit: string;
  readonly sounds: Float32Array;
}

/** Ten words of the length that a prompt has at most, in 10 ms. */
const LONGEST_WORD = 250;
const SHORTEST_WORD = 4;
/** More is no worse: the digits that were asked for do not fit at all. */
const WORST = 0.5;

/**
 * Takes an utterance apart whose digits are known, in any language: cuts where it is quiet, into words of about equal
 * length. Fewer come out than digits where a piece is too short for a word.
 */
export function takeApart(sounds: Sounds, digits: string): SpokenDigit[] {
  const cuts = cutsOf(sounds, digits.length);
  return [...digits].flatMap((digit, index) => {
    const rows = speechRows(sounds, cuts[index]!, cuts[index + 1]!);
    return rows.length >= SHORTEST_WORD * FEATURES ? [{ digit, sounds: rows }] : [];
  });
}

/** When each of so many words begins and ends, in seconds. */
export function wordTimes(sounds: Sounds, words: number): [number, number][] {
  const cuts = cutsOf(sounds, words);
  return Array.from({ length: words }, (_, word) => [
    cuts[word]! / FRAMES_PER_SECOND,
    cuts[word + 1]! / FRAMES_PER_SECOND,
  ]);
}

/** Speech of frames `from` to `to`, each two made one. */
export function speechRows(sounds: Sounds, from = 0, to = sounds.frames): Float32Array {
  const speaking: number[] = [];
  for (let frame = from; frame < to; frame++) if (sounds.speech[frame]) speaking.push(frame);
  const rows = new Float32Array((speaking.length >> 1) * FEATURES);
  for (let row = 0; row < speaking.length >> 1; row++) {
    const [a, b] = [speaking[2 * row]! * FEATURES, speaking[2 * row + 1]! * FEATURES];
    for (let column = 0; column < FEATURES; column++)
      rows[row * FEATURES + column] = (sounds.features[a + column]! + sounds.features[b + column]!) / 2;
  }
  return rows;
}

/** Dynamic programming over all ways to cut: a cut costs its loudness, a word how far its length is from the mean. */
export function cutsOf({ level, speech }: Pick<Sounds, 'level' | 'speech'>, words: number): number[] {
  const first = speech.indexOf(1);
  const length = speech.lastIndexOf(1) + 1 - first;
  if (first < 0 || length < words) return Array.from({ length: words + 1 }, () => 0);
  const spoken = new Float32Array(length + 1);
  for (let at = 0; at < length; at++) spoken[at + 1] = spoken[at]! + speech[first + at]!;
  const mean = spoken[length]! / words;
  const loudness = (at: number) => {
    let sum = 0;
    for (let near = -3; near <= 3; near++)
      sum += Math.max(-40, Math.min(0, level[Math.max(0, Math.min(level.length - 1, first + at + near))]!));
    return (2 * sum) / 7 / 40;
  };
  const cut = Float32Array.from({ length: length + 1 }, (_, at) => loudness(at));
  const unlike = Float64Array.from({ length: spoken[length]! + 1 }, (_, frames) => {
    const share = Math.log(Math.max(0.01, frames / mean));
    return 0.6 * share * share;
  });
  let costs = new Float64Array(length + 1).fill(Number.POSITIVE_INFINITY);
  costs[0] = 0;
  const from: Int32Array[] = [];
  for (let word = 1; word <= words; word++) {
    const next = new Float64Array(length + 1).fill(Number.POSITIVE_INFINITY);
    const back = new Int32Array(length + 1);
    for (let at = word === words ? length : 1; at <= length; at++) {
      for (let start = Math.max(0, at - LONGEST_WORD); start < at; start++) {
        const cost = costs[start]! + unlike[spoken[at]! - spoken[start]!]! + (word < words ? cut[at]! : 0);
        if (cost < next[at]!) {
          next[at] = cost;
          back[at] = start;
        }
      }
    }
    from.push(back);
    costs = next;
  }
  const cuts = [length];
  for (let word = words - 1; word >= 0; word--) cuts.unshift(from[word]![cuts[0]!]!);
  return cuts.map((at) => at + first);
}

/**
 * How much worse the recording fits the digits that were asked for than the best digits of as many words, by what the
 * person said at enrolment; 0 where they fit best. Dynamic time warping over connected words (Sakoe, 1979; Ney, 1984).
 * Null where the person has said none of them, or nothing is heard.
 */
export function misfit(sounds: Sounds, asked: string, words: readonly SpokenDigit[]): number | null {
  const rows = speechRows(sounds);
  const known = new Set(words.map((word) => word.digit));
  const askedKnown = [...asked].filter((digit) => known.has(digit)).length;
  if (askedKnown === 0 || rows.length < asked.length * SHORTEST_WORD * FEATURES) return null;
  const distances = distancesOf(rows, words);
  const any = [...asked].map(() => () => true);
  // A digit that was never enrolled may be anything.
  const forced = [...asked].map((digit) =>
    known.has(digit) ? (word: SpokenDigit) => word.digit === digit : () => true,
  );
  const frames = rows.length / FEATURES;
  const best = cheapest(distances, words, any);
  // Said three times as fast as at enrolment: nothing can be told.
  if (!Number.isFinite(best)) return null;
  const worse = Math.min(WORST, (cheapest(distances, words, forced) - best) / frames);
  return (worse * asked.length) / askedKnown;
}

interface Distances {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Euclidean, of every row to every row of the words, one after another. */
function distancesOf(rows: Float32Array, words: readonly SpokenDigit[]): Distances {
  const width = words.reduce((sum, { sounds }) => sum + sounds.length / FEATURES, 0);
  const count = rows.length / FEATURES;
  const values = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    let at = row * width;
    for (const { sounds } of words) {
      for (let start = 0; start < sounds.length; start += FEATURES, at++) {
        let sum = 0;
        for (let column = 0; column < FEATURES; column++) {
          const difference = rows[row * FEATURES + column]! - sounds[start + column]!;
          sum += difference * difference;
        }
        values[at] = Math.sqrt(sum / FEATURES);
      }
    }
  }
  return { rows: count, width, values };
}

/** The cost of the cheapest path through as many words as there are rules, each obeying its rule. */
function cheapest(
  { rows, width, values }: Distances,
  words: readonly SpokenDigit[],
  rules: readonly ((word: SpokenDigit) => boolean)[],
): number {
  const none = Number.POSITIVE_INFINITY;
  const paths = rules.map(() => new Float64Array(width).fill(none));
  let left = rules.map(() => none);
  for (let row = 0; row < rows; row++) {
    const leaves = rules.map(() => none);
    rules.forEach((obeys, position) => {
      const path = paths[position]!;
      const enters = position === 0 ? (row === 0 ? 0 : none) : left[position - 1]!;
      let start = 0;
      for (const word of words) {
        const length = word.sounds.length / FEATURES;
        if (obeys(word)) {
          // Backwards, so that what is read is still of the row before: stay, step, or leave up to two out.
          for (let at = start + length - 1; at >= start; at--) {
            let cost = path[at]!;
            if (at > start) cost = Math.min(cost, path[at - 1]!);
            if (at > start + 1) cost = Math.min(cost, path[at - 2]!);
            if (at > start + 2) cost = Math.min(cost, path[at - 3]!);
            if (at === start) cost = Math.min(cost, enters);
            path[at] = cost + values[row * width + at]!;
          }
          leaves[position] = Math.min(leaves[position]!, path[start + length - 1]!);
        }
        start += length;
      }
    });
    left = leaves;
  }
  return left.at(-1) ?? none;
}
