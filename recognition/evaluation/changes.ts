import { seededDraws } from '../seeded-draws.ts';
import { errorRates, FMR_LEVELS, type FmrLevel, thresholdAt } from './error-rates.ts';
import type { ScoredSets } from './evaluate.ts';
import { SET_NAMES, type SetName } from './report/figures.ts';
import { type ScoredComparison, scoresOf } from './scored-comparisons.ts';

/** FNMR of one model and of another on the same comparisons, each at its own threshold of that FMR. */
export interface Change {
  readonly set: SetName;
  readonly fmr: FmrLevel;
  readonly before: number;
  readonly after: number;
  /** After less before: 95 %, bootstrapped over the people who are claimed; it takes the thresholds for known. */
  readonly interval: readonly [number, number];
}

const RESAMPLES = 1000;

/** At every level that the impostors carry. */
export function changesOf(before: ScoredSets, after: ScoredSets): Change[] {
  return SET_NAMES.flatMap((set) =>
    FMR_LEVELS.flatMap((fmr): Change[] => {
      const [old, now] = [before[set].comparisons, after[set].comparisons];
      const [was, is] = [missesOf(old, fmr), missesOf(now, fmr)];
      if (!was || !is) return [];
      const interval = differenceInterval(was, is);
      return [{ set, fmr, before: shareOf(was), after: shareOf(is), interval }];
    }),
  );
}

interface Counted {
  readonly genuine: number;
  readonly misses: number;
}

function missesOf(
  comparisons: readonly ScoredComparison[],
  level: FmrLevel,
): ReadonlyMap<string, Counted> | null {
  const { genuine, impostor } = scoresOf(comparisons);
  if (errorRates(genuine, impostor).fnmr[level] === null) return null;
  const refused = thresholdAt(impostor, Number(level));
  const counts = new Map<string, Counted>();
  for (const { same, score, person } of comparisons) {
    if (!same) continue;
    const own = counts.get(person) ?? { genuine: 0, misses: 0 };
    counts.set(person, { genuine: own.genuine + 1, misses: own.misses + Number(score <= refused) });
  }
  return counts;
}

function shareOf(counts: ReadonlyMap<string, Counted>): number {
  return rate([...counts.values()]);
}

function rate(counted: readonly Counted[]): number {
  const [misses, genuine] = counted.reduce(
    ([missed, all], one) => [missed + one.misses, all + one.genuine],
    [0, 0],
  );
  return genuine === 0 ? 0 : misses / genuine;
}

function differenceInterval(
  before: ReadonlyMap<string, Counted>,
  after: ReadonlyMap<string, Counted>,
): [number, number] {
  const people = [...before.keys()].sort();
  const random = seededDraws(people.length);
  const none: Counted = { genuine: 0, misses: 0 };
  const drawn = Array.from({ length: RESAMPLES }, () => {
    const draw = people.map(() => people[Math.floor(random() * people.length)] ?? '');
    const of = (counts: ReadonlyMap<string, Counted>) => rate(draw.map((name) => counts.get(name) ?? none));
    return of(after) - of(before);
  }).sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.floor(share * (drawn.length - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}
