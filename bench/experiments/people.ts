import { randomBeta } from 'd3-random';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** People differ: the error rates of each are drawn from a beta distribution of this concentration. */
const CONCENTRATION = 5;
/** Where both arms would err, they mostly err on the same attempts: a dim room is dim for both. */
const SHARED_ERRORS = 0.75;

export interface Rates {
  readonly champion: number;
  readonly challenger: number;
  /** `person`: somebody's two rates have the ratio of the means. `mean`: they are drawn one by one, alike in the mean alone. */
  readonly differ?: 'person' | 'mean';
}

/** What an attempt comes to: 1 where the champion would have erred, 2 where the challenger, 3 where both. */
export type Attempt = 0 | 1 | 2 | 3;

export interface Stream {
  /** People in the order in which they come in a round, and what each one's attempt comes to. */
  readonly rounds: Iterable<{ readonly order: Uint16Array; readonly attempts: Uint8Array }>;
}

/** Chance from a seed: the same numbers everywhere. */
export function chance(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** Everybody attempts once in each round, in an order that is drawn anew. */
export function stream(
  { champion, challenger, differ = 'person' }: Rates,
  { people, rounds }: { readonly people: number; readonly rounds: number },
  random: () => number,
): Stream {
  const drawn = (mean: number) => randomBeta.source(random)(CONCENTRATION * mean, CONCENTRATION * (1 - mean));
  const [first, second] = [drawn(champion), drawn(challenger)];
  const rates = Array.from({ length: people }, () => {
    const mine = first();
    return { mine, other: differ === 'person' ? Math.min(1, (mine * challenger) / champion) : second() };
  });
  // Cumulated: both err, then the champion alone, then the challenger alone.
  const bounds = rates.map(({ mine, other }) => {
    const both = SHARED_ERRORS * Math.min(mine, other) + (1 - SHARED_ERRORS) * mine * other;
    return [both, mine, mine + other - both] as const;
  });
  const attemptOf = (person: number): Attempt => {
    const [both, mine, either] = bounds[person]!;
    const draw = random();
    if (draw >= either) return 0;
    if (draw < both) return 3;
    return draw < mine ? 1 : 2;
  };
  function* each() {
    const order = Uint16Array.from({ length: people }, (_, index) => index);
    const attempts = new Uint8Array(people);
    for (let round = 0; round < rounds; round++) {
      for (let index = people - 1; index > 0; index--) {
        const other = Math.floor(random() * (index + 1));
        [order[index], order[other]] = [order[other]!, order[index]!];
      }
      for (let person = 0; person < people; person++) attempts[person] = attemptOf(person);
      yield { order, attempts };
    }
  }
  return { rounds: each() };
}
