import { SAMPLE_RATE } from '../../signals/audio.ts';
import type { WordSpan } from '../../signals/word-spans.ts';
import type { Random } from '../../synthetic/random.ts';

/** Speech of a person that an attacker has, taken apart into words. */
export interface TakenApart {
  readonly sound: Float32Array;
  readonly digits: string;
  /** In seconds from the beginning of the sound. */
  readonly spans: readonly WordSpan[];
}

/** Where a word is in what the attacker has. */
export interface Found {
  readonly source: TakenApart;
  readonly word: number;
}

/** Null where the attacker never heard one of the digits. */
export function findWords(
  digits: string,
  has: readonly TakenApart[],
  random: Random,
): readonly Found[] | null {
  const found = [...digits].map((digit) => {
    const all = has.flatMap((source) =>
      [...source.digits].flatMap((said, word) => (said === digit ? [{ source, word }] : [])),
    );
    return all[random.below(all.length)];
  });
  return found.every((one) => one !== undefined) ? found : null;
}

/** Kept before and after a word, in seconds. */
const BEFORE = 0.06;
const AFTER = 0.1;
/** Seconds over which a cut is faded, as every editor does. */
const FADE = 0.012;

/** Where a word that is taken from elsewhere comes to lie, in seconds. */
export interface Placed extends Found {
  readonly at: number;
}

/** Seconds from the beginning of a word to that of the next one, and to that of the first. */
const APART = [0.55, 1.1] as const;
const FIRST = [0.3, 0.6] as const;
/** Where a word is longer than that, the next one follows it so soon. */
const SHORTEST_PAUSE = 0.03;

/** One after another, as people say digits. */
export function placed(found: readonly Found[], random: Random): readonly Placed[] {
  let wanted = random.between(...FIRST);
  let free = 0;
  return found.map((one) => {
    const at = Math.max(free + SHORTEST_PAUSE, wanted);
    const { from, to } = one.source.spans[one.word]!;
    free = at + to - from;
    wanted = at + random.between(...APART);
    return { ...one, at };
  });
}

/** `filled`: the pauses are filled with the noise of the first recording's own pause; else they are silent. */
export function spliced(words: readonly Placed[], { filled }: { filled: boolean }): Float32Array {
  const last = words.at(-1);
  if (!last) return new Float32Array(0);
  const seconds = last.at + last.source.spans[last.word]!.to - last.source.spans[last.word]!.from + 0.4;
  const out = filled ? noiseLike(words[0]!, seconds) : new Float32Array(Math.round(seconds * SAMPLE_RATE));
  for (const { source, word, at } of words) {
    const { from, to } = source.spans[word]!;
    const [start, end] = [
      Math.max(0, from - BEFORE),
      Math.min(source.sound.length / SAMPLE_RATE, to + AFTER),
    ];
    const piece = source.sound.subarray(Math.round(start * SAMPLE_RATE), Math.round(end * SAMPLE_RATE));
    const begin = Math.round((at - (from - start)) * SAMPLE_RATE);
    for (let n = 0; n < piece.length; n++) {
      const target = begin + n;
      if (target < 0 || target >= out.length) continue;
      const share = Math.min(1, (n + 1) / (FADE * SAMPLE_RATE), (piece.length - n) / (FADE * SAMPLE_RATE));
      out[target] = out[target]! * (1 - share) + piece[n]! * share;
    }
  }
  return out;
}

/** The recording's pause before its first word, over and over. */
function noiseLike({ source }: Placed, seconds: number): Float32Array {
  const first = source.spans[0]?.from ?? 0;
  const pause = source.sound.subarray(0, Math.max(160, Math.round((first - 0.08) * SAMPLE_RATE)));
  return Float32Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, (_, n) => {
    // Forth and back, so that no seam is heard.
    const at = n % (2 * pause.length);
    return pause[at < pause.length ? at : 2 * pause.length - 1 - at] ?? 0;
  });
}
