import { seededDraws } from '../../seeded-draws.ts';

export type Interval = readonly [number, number];

const RESAMPLES = 500;

export interface SidesOfTrials {
  /** Whose the two sides of each trial are: numbers of people. */
  readonly a: Uint32Array;
  readonly b: Uint32Array;
}

/**
 * 95 % intervals of statistics of trials, by drawing people with replacement (the vertex bootstrap of Snijders and Borgatti,
 * Non-parametric standard errors and tests for network statistics, 1999): a trial of two people counts as often as the product
 * of how often both were drawn, one of a single person as often as that person. `statistics` gets a weight for each trial; what
 * it cannot say of a draw is null. Null of all where the trials have fewer than two people.
 */
export function intervalsOverPeople(
  { a, b }: SidesOfTrials,
  {
    seed,
    count,
    statistics,
  }: {
    seed: number;
    /** How many statistics there are. */
    count: number;
    statistics: (weights: Float64Array) => readonly (number | null)[] | null;
  },
): (Interval | null)[] {
  const { numbers, people } = renumbered(a, b);
  const [left, right] = numbers;
  const weights = new Float64Array(a.length);
  const drawn: number[][] = Array.from({ length: count }, () => []);
  const random = seededDraws(seed);
  for (let resample = 0; people > 1 && resample < RESAMPLES; resample++) {
    const times = new Uint16Array(people);
    for (let draw = 0; draw < people; draw++) {
      const person = Math.floor(random() * people);
      times[person] = (times[person] ?? 0) + 1;
    }
    for (let trial = 0; trial < weights.length; trial++) {
      const [one, other] = [left[trial] ?? 0, right[trial] ?? 0];
      weights[trial] = one === other ? (times[one] ?? 0) : (times[one] ?? 0) * (times[other] ?? 0);
    }
    statistics(weights)?.forEach((value, index) => {
      if (value !== null) drawn[index]?.push(value);
    });
  }
  return drawn.map((values) => {
    if (values.length < RESAMPLES / 2) return null;
    values.sort((x, y) => x - y);
    const at = (share: number) => values[Math.floor(share * (values.length - 1))] ?? 0;
    return [at(0.025), at(0.975)];
  });
}

/** Only people of some trial, from 0 without gaps. */
function renumbered(a: Uint32Array, b: Uint32Array): { numbers: [Uint32Array, Uint32Array]; people: number } {
  const known = new Map<number, number>();
  const numberOf = (person: number) => {
    const number = known.get(person) ?? known.size;
    known.set(person, number);
    return number;
  };
  const numbers: [Uint32Array, Uint32Array] = [a.map(numberOf), b.map(numberOf)];
  return { numbers, people: known.size };
}
