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
  const noise = random.between(0.5, 1.5);
  const frames: Uint8Array[] = [];
  for (const time of times) {
    const source = time < 0 ? { film: first.film, at: time } : momentOf(words, time / 1000);
    frames.push(await jpegOf(await pictureOf(nearest(source.film, source.at)), { noise, quality }, random));
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
  return {
    film: best.film,
    at: 1000 * forthAndBack(from + at - best.at, { from: from - PAUSE, to: to + PAUSE }),
  };
}

/** Of a pause before or after a word, in seconds: what is longer is filled with it forth and back. */
const PAUSE = 0.25;

function forthAndBack(at: number, { from, to }: { from: number; to: number }): number {
  if (at < from) return from + ((from - at) % PAUSE);
  if (at > to) return to - ((at - to) % PAUSE);
  return at;
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
