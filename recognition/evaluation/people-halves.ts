import { digestOf } from '@visavox/core/digest';
import type { Comparison, Recording } from './lists.ts';

/** Two halves of the people of a list, by a hash with the seed. */
export interface Halves {
  readonly learned: ReadonlySet<string>;
  readonly reported: ReadonlySet<string>;
}

export function halvesOf(comparisons: readonly Comparison[], seed: number): Halves {
  const people = [...new Set(comparisons.flatMap(({ claimed, claimant }) => [claimed, claimant]))];
  const drawn = people
    .map((person) => [digestOf(`half:${seed}:${person}`), person] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, person]) => person);
  const middle = Math.ceil(drawn.length / 2);
  return { learned: new Set(drawn.slice(0, middle)), reported: new Set(drawn.slice(middle)) };
}

/** Comparisons of which both sides are among these people. */
export function comparisonsAmong(
  comparisons: readonly Comparison[],
  people: ReadonlySet<string>,
): readonly Comparison[] {
  return comparisons.filter(({ claimed, claimant }) => people.has(claimed) && people.has(claimant));
}

/** The recordings of these people in any comparison, by {@link nameOf}'s name, with whose they are. */
export function recordingsOf(
  comparisons: readonly Comparison[],
  people: ReadonlySet<string>,
): readonly { readonly person: string; readonly recording: Recording }[] {
  const found = new Map<string, { person: string; recording: Recording }>();
  for (const { claimed, claimant, enrolled, probe } of comparisons) {
    const all = [...enrolled.map((recording) => ({ person: claimed, recording }))];
    for (const one of [...all, { person: claimant, recording: probe }])
      if (people.has(one.person)) found.set(one.recording.join('|'), one);
  }
  return [...found.values()];
}
