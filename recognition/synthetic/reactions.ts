import type { Random } from './random.ts';

/** How somebody reads digits aloud that appear one after another; milliseconds from the sight of a digit to its first sound. */
export interface Reactions {
  readonly usual: number;
  readonly spread: number;
}

/** Of adults naming digits: Theios and Amrhein, 1989; means of 400 to 600 ms in the laboratory, more at home. */
export function drawReactions(random: Random): Reactions {
  return { usual: random.between(430, 720), spread: random.between(45, 110) };
}

/** Of a recording that begins so long before the first digit is shown. */
const BEFORE_FIRST = [150, 400] as const;
/** Share of digits that find somebody inattentive, and how much later those are said on average. */
const LAPSES = { share: 0.05, later: 220 } as const;
const QUICKEST = 250;

/** When each word is begun, from the beginning of the recording. */
export function wordStarts(
  cues: readonly number[],
  { usual, spread }: Reactions,
  random: Random,
): readonly number[] {
  const shownAt = random.between(...BEFORE_FIRST);
  return cues.map((cue) => {
    const lapse = random.next() < LAPSES.share ? -LAPSES.later * Math.log(1 - random.next()) : 0;
    return shownAt + cue + Math.max(QUICKEST, random.normal(usual, spread)) + lapse;
  });
}
