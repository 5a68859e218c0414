import type { Random } from '../../synthetic/random.ts';
import type { Film } from './films.ts';
import { jpegOf, pictureOf } from './picture.ts';
import type { Placed } from './splice.ts';

/** A film that an attacker has, with its words. */
export interface CutFilm {
  readonly film: Film;
}

/**
 * Earlier films of the person, fed in instead of a camera: before the speech whatever the film shows there, then each word's
 * pictures where the word comes to lie, the pauses between filled with pictures of pauses. Encoded once more.
 */
export async function injectedFile(
  words: readonly (Placed & CutFilm)[],
  { times }: { times: readonly number[] },
  random: Random,
): Promise<Uint8Array[]> {
  const [first] = words;
  if (!first) return [];
  const quality = Math.round(random.between(70, 88));
  const frames: Uint8Array[] = [];
  for (const time of times) {
    const source = time < 0 ? { film: first.film, at: time } : momentOf(words, time / 1000);
    frames.push(
      await jpegOf(await pictureOf(nearest(source.film, source.at)), { noise: 0, quality }, random),
    );
  }
  return frames;
}

/** Which moment (in milliseconds) of which film is shown at a moment of the answer, in seconds. */
function momentOf(words: readonly (Placed & CutFilm)[], at: number): { film: Film; at: number } {
  // Each word takes the pictures around it along, up to half of the way to the next one.
  const [first] = words;
  let best = first!;
  for (const word of words) if (Math.abs(middle(word) - at) < Math.abs(middle(best) - at)) best = word;
  const { from, to } = best.source.spans[best.word]!;
  const pause = 0.25;
  const offset = Math.max(from - pause, Math.min(to + pause, from + at - best.at));
  return { film: best.film, at: offset * 1000 };
}

function middle({ source, word, at }: Placed): number {
  const { from, to } = source.spans[word]!;
  return at + (to - from) / 2;
}

function nearest({ frames, times }: Film, at: number): Uint8Array {
  let best = 0;
  for (const [index, time] of times.entries())
    if (Math.abs(time - at) < Math.abs(times[best]! - at)) best = index;
  return frames[best] ?? new Uint8Array();
}
