import type { Modality } from '../bundle-parts.ts';
import type { Recogniser } from '../recogniser.ts';
import { ENROLMENT_RULES } from './rules.ts';

/** What of an enrolment is least alike. */
export interface Unlikeness {
  /** Of the two recordings that are least alike. */
  readonly pair: number;
  /** Of the two groups that are least alike. */
  readonly groups: number;
  /** Recordings of the smaller of those groups, from 0. */
  readonly others: readonly number[];
}

type Comparing = Pick<Recogniser, 'template' | 'compare'>;

/**
 * Every recording against every other, and every way to divide them into two groups: two people in one enrolment are found
 * however many recordings each gave. Log-likelihood ratios; infinite for a single recording.
 */
export async function unlikeness(
  recogniser: Comparing,
  modality: Modality,
  features: readonly Float32Array[],
): Promise<Unlikeness> {
  let pair = Number.POSITIVE_INFINITY;
  for (const [index, one] of features.entries())
    for (const other of features.slice(index + 1))
      pair = Math.min(pair, await evidence(recogniser, modality, [one], [other]));
  let least: Pick<Unlikeness, 'groups' | 'others'> = { groups: Number.POSITIVE_INFINITY, others: [] };
  for (const [some, rest] of divisions(features.length)) {
    const of = (indices: readonly number[]) => indices.flatMap((index) => features[index] ?? []);
    const groups = await evidence(recogniser, modality, of(rest), of(some));
    if (groups < least.groups) least = { groups, others: some };
  }
  return { pair, ...least };
}

/** Whether they are of one person, as far as they tell. */
export function isOnePerson(modality: Modality, { pair, groups }: Unlikeness): boolean {
  return pair >= ENROLMENT_RULES.pair[modality] && groups >= ENROLMENT_RULES.groups[modality];
}

/** All ways to divide so many into two groups, the smaller first. */
export function divisions(count: number): [number[], number[]][] {
  const all = Array.from({ length: count }, (_, index) => index);
  const found: [number[], number[]][] = [];
  // The last one always stays in the second group: each division once.
  for (let mask = 1; mask < 1 << (count - 1); mask++) {
    const inside = all.filter((index) => mask & (1 << index));
    const outside = all.filter((index) => !(mask & (1 << index)));
    found.push(inside.length <= outside.length ? [inside, outside] : [outside, inside]);
  }
  return found;
}

async function evidence(
  recogniser: Comparing,
  modality: Modality,
  own: readonly Float32Array[],
  others: readonly Float32Array[],
): Promise<number> {
  if (modality === 'face') {
    const template = await recogniser.template({ faces: own, voices: [] });
    return (await recogniser.compare(template, { faces: others, voice: null })).face ?? 0;
  }
  const template = await recogniser.template({ faces: [], voices: own });
  let sum = 0;
  for (const voice of others) sum += (await recogniser.compare(template, { faces: [], voice })).voice ?? 0;
  return others.length > 0 ? sum / others.length : 0;
}
