import { FRAMES_PER_SECOND, type Sounds } from './challenge-sounds.ts';
import { cutsOf } from './challenge-words.ts';

/** From the first to the last sound of a word, in seconds from the beginning of the recording. */
export interface WordSpan {
  readonly from: number;
  readonly to: number;
}

/** Of the way down from the loudest to the quietest: what is above is sound. */
const DEPTH = 0.62;
/** A breath or the rustle of a sleeve is below, however quiet the room. */
const RANGE = 32;
/** In 10 ms: of so many frames in a row so many have to be sound where a word begins. */
const [RUN, SOUNDING] = [6, 5];

/** In 10 ms. A pause within a word is shorter, as before the end of "six"; what is shorter and stands alone is no word. */
const SHORTEST_PAUSE = 14;
const SHORTEST_WORD = 10;

/** The words of a recording of which it is known how many there are. Null where there are too few sounds for that. */
export function wordSpans(sounds: Sounds, words: number): readonly WordSpan[] | null {
  const loud = loudFrames(sounds);
  const islands = islandsOf(loud);
  while (islands.length > words) leaveOneOut(islands);
  const frames = islands.length === words ? islands : cutApart(sounds, loud, words);
  return (
    frames?.map(({ from, to }) => ({ from: from / FRAMES_PER_SECOND, to: to / FRAMES_PER_SECOND })) ?? null
  );
}

/** Stretches of sound, in frames. */
function islandsOf(loud: Uint8Array): WordSpan[] {
  const islands: { from: number; to: number }[] = [];
  for (let at = 0; at < loud.length; ) {
    const from = firstRun(loud, at, loud.length);
    if (from === null) break;
    let to = from;
    for (let quiet = 0; quiet < SHORTEST_PAUSE && to + quiet < loud.length; )
      if (loud[to + quiet]) {
        to += quiet + 1;
        quiet = 0;
      } else quiet++;
    islands.push({ from, to });
    at = to + 1;
  }
  return islands;
}

/** Takes two of them for one word that are near each other, or one for a noise that is short and away from the others. */
function leaveOneOut(islands: WordSpan[]): void {
  const gaps = islands.slice(1).map(({ from }, index) => from - islands[index]!.to);
  const nearest = gaps.indexOf(Math.min(...gaps));
  const lengths = islands.map(({ from, to }) => to - from);
  const shortest = lengths.indexOf(Math.min(...lengths));
  const alone = Math.min(gaps[shortest - 1] ?? 1e9, gaps[shortest] ?? 1e9);
  if (lengths[shortest]! < SHORTEST_WORD && alone > 2 * SHORTEST_PAUSE) islands.splice(shortest, 1);
  else islands.splice(nearest, 2, { from: islands[nearest]!.from, to: islands[nearest + 1]!.to });
}

/** Where words run into each other, they are of about equal length. */
function cutApart({ level }: Sounds, loud: Uint8Array, words: number): readonly WordSpan[] | null {
  const cuts = cutsOf({ level, speech: loud }, words);
  const spans: WordSpan[] = [];
  for (let word = 0; word < words; word++) {
    const [start, end] = [cuts[word]!, cuts[word + 1]!];
    const from = firstRun(loud, start, end);
    if (from === null) return null;
    let to = end;
    while (to > from && !loud[to - 1]) to--;
    spans.push({ from, to });
  }
  return spans;
}

/** Where something is heard, also over the noise of a room. */
export function loudFrames({ level, frames }: Pick<Sounds, 'level' | 'frames'>): Uint8Array {
  const quietest = level.toSorted()[Math.floor(frames * 0.08)] ?? 0;
  const least = Math.max(-RANGE, quietest * DEPTH);
  return Uint8Array.from(level, (decibels) => Number(decibels > least));
}

function firstRun(loud: Uint8Array, from: number, to: number): number | null {
  for (let at = from; at + RUN <= to; at++) {
    if (!loud[at]) continue;
    let sounding = 0;
    for (let near = 0; near < RUN; near++) sounding += loud[at + near]!;
    if (sounding >= SOUNDING) return at;
  }
  return null;
}
