import { z } from 'zod';
import { seededDraws } from '../seeded-draws.ts';
import { errorRates, wilson } from './error-rates.ts';
import { type ScoredComparison, type ScoredSet, scoresOf } from './scored-comparisons.ts';

const Interval = z.tuple([z.number(), z.number()]);

/** Rates of a part of the comparisons, all at the one threshold that everybody has to pass. */
export const Slice = z.object({
  name: z.string(),
  people: z.number().int(),
  genuine: z.number().int(),
  impostor: z.number().int(),
  /** Null where there is nothing to count. Intervals: 95 %, Wilson. */
  fnmr: z.number().nullable(),
  fnmrInterval: Interval.nullable(),
  fmr: z.number().nullable(),
  fmrInterval: Interval.nullable(),
  eer: z.number().nullable(),
});
export type Slice = z.infer<typeof Slice>;

/** The slices along one dimension, and how far the worst lies behind the best of those with enough comparisons. */
export const SlicedBy = z.object({
  dimension: z.string(),
  slices: z.array(Slice),
  gap: z
    .object({
      worst: z.string(),
      best: z.string(),
      /** Difference of the FNMRs. */
      difference: z.number(),
      /** 95 %, bootstrapped over people; it takes the worst and the best for known. */
      interval: Interval,
    })
    .nullable(),
});
export type SlicedBy = z.infer<typeof SlicedBy>;

/** Below these a slice shows its counts, but is neither the best nor the worst. */
const ENOUGH = { genuine: 30, people: 3 } as const;
const RESAMPLES = 500;

/** `threshold`: on the scores, the same for all slices, since a sign-in knows no slices. */
export function sliced(set: ScoredSet, threshold: number): SlicedBy[] {
  const all = [...set.comparisons, ...set.variants];
  const dimensions = [...new Set(all.flatMap(({ traits }) => Object.keys(traits)))].sort();
  return dimensions.flatMap((dimension) => {
    const members = new Map<string, ScoredComparison[]>();
    for (const one of all) {
      const name = one.traits[dimension];
      if (name !== undefined) members.set(name, [...(members.get(name) ?? []), one]);
    }
    // One slice is the whole again.
    if (members.size < 2) return [];
    const names = [...members.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const slices = names.map((name) => sliceOf(name, members.get(name) ?? [], threshold));
    return [{ dimension, slices, gap: gapOf(slices, members, threshold) }];
  });
}

function sliceOf(name: string, members: readonly ScoredComparison[], threshold: number): Slice {
  const { genuine, impostor } = scoresOf(members);
  const misses = genuine.filter((score) => score < threshold).length;
  const matches = impostor.filter((score) => score >= threshold).length;
  const share = (count: number, total: number) => (total === 0 ? null : count / total);
  const interval = (count: number, total: number): [number, number] | null =>
    total === 0 ? null : [...wilson(count, total)];
  return {
    name,
    people: new Set(members.map(({ person }) => person)).size,
    genuine: genuine.length,
    impostor: impostor.length,
    fnmr: share(misses, genuine.length),
    fnmrInterval: interval(misses, genuine.length),
    fmr: share(matches, impostor.length),
    fmrInterval: interval(matches, impostor.length),
    eer: errorRates(genuine, impostor).eer,
  };
}

function gapOf(
  slices: readonly Slice[],
  members: ReadonlyMap<string, readonly ScoredComparison[]>,
  threshold: number,
): SlicedBy['gap'] {
  const enough = slices.filter(({ genuine, people }) => genuine >= ENOUGH.genuine && people >= ENOUGH.people);
  const [best, ...others] = [...enough].sort((a, b) => (a.fnmr ?? 0) - (b.fnmr ?? 0));
  const worst = others.at(-1);
  if (!best || !worst || best.fnmr === null || worst.fnmr === null) return null;
  const counts = [worst, best].map(({ name }) => countsOf(members.get(name) ?? [], threshold));
  const people = [...new Set(counts.flatMap((one) => [...one.keys()]))].sort();
  const random = seededDraws(people.length);
  const drawn = Array.from({ length: RESAMPLES }, () => {
    const draw = people.map(() => people[Math.floor(random() * people.length)] ?? '');
    const [a, b] = counts.map((one) => rateOf(draw, one));
    return a === undefined || b === undefined || a === null || b === null ? null : a - b;
  }).filter((difference) => difference !== null);
  drawn.sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.floor(share * (drawn.length - 1))] ?? 0;
  return {
    worst: worst.name,
    best: best.name,
    difference: worst.fnmr - best.fnmr,
    interval: [at(0.025), at(0.975)],
  };
}

type Counts = ReadonlyMap<string, { readonly genuine: number; readonly misses: number }>;

function countsOf(members: readonly ScoredComparison[], threshold: number): Counts {
  const counts = new Map<string, { genuine: number; misses: number }>();
  for (const { same, score, person } of members) {
    if (!same) continue;
    const own = counts.get(person) ?? { genuine: 0, misses: 0 };
    own.genuine += 1;
    if (score < threshold) own.misses += 1;
    counts.set(person, own);
  }
  return counts;
}

function rateOf(draw: readonly string[], counts: Counts): number | null {
  let [genuine, misses] = [0, 0];
  for (const person of draw) {
    const own = counts.get(person);
    genuine += own?.genuine ?? 0;
    misses += own?.misses ?? 0;
  }
  return genuine === 0 ? null : misses / genuine;
}
