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

/** The words of a recording of which it is known how many there are. Null where there are too few sounds for that. */
export function wordSpans(sounds: Sounds, words: number): readonly WordSpan[] | null {
  const loud = loudFrames(sounds);
  const cuts = cutsOf({ level: sounds.level, speech: loud }, words);
  const spans: WordSpan[] = [];
  for (let word = 0; word < words; word++) {
    const [start, end] = [cuts[word]!, cuts[word + 1]!];
    const from = firstRun(loud, start, end);
    if (from === null) return null;
    let to = end;
    while (to > from && !loud[to - 1]) to--;
    spans.push({ from: from / FRAMES_PER_SECOND, to: to / FRAMES_PER_SECOND });
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
