import type { Modality } from '../bundle-parts.ts';
import type { Recogniser } from '../recogniser.ts';
import { ENROLMENT_RULES } from './rules.ts';

type Comparing = Pick<Recogniser, 'template' | 'compare'>;

/**
 * The log-likelihood ratio of the two groups of recordings that are least alike, however they are divided: two people in one
 * enrolment are found however many recordings each gave. Pairs alone would refuse one poor recording among good ones. Infinite
 * for a single recording.
 */
export async function unlikeness(
  recogniser: Comparing,
  modality: Modality,
  features: readonly Float32Array[],
): Promise<number> {
  const parts = divisions(features.length).map(([some, rest]) => [of(features, some), of(features, rest)]);
  let least = Number.POSITIVE_INFINITY;
  for (const [some = [], rest = []] of parts)
    least = Math.min(least, await evidence(recogniser, modality, rest, some));
  return least;
}

/** Whether they are of one person, as far as they tell. */
export function isOnePerson(modality: Modality, unlikeness: number): boolean {
  return unlikeness >= ENROLMENT_RULES.groups[modality];
}

/** Of recordings that are of two people, the smaller group: unlike the others, while each group is like itself. */
export async function othersAmong(
  recogniser: Comparing,
  modality: Modality,
  features: readonly Float32Array[],
): Promise<readonly number[]> {
  let clearest: { readonly others: readonly number[]; readonly by: number } = { others: [], by: -Infinity };
  for (const [some, rest] of divisions(features.length)) {
    const between = await evidence(recogniser, modality, of(features, rest), of(features, some));
    const within = [
      await coherence(recogniser, modality, of(features, rest)),
      await coherence(recogniser, modality, of(features, some)),
    ];
    const by = within[0]! + within[1]! - between;
    if (by > clearest.by) clearest = { others: some, by };
  }
  return clearest.others;
}

/** The mean ratio of two recordings of a group; 0 of a single one, which says nothing. */
async function coherence(
  recogniser: Comparing,
  modality: Modality,
  group: readonly Float32Array[],
): Promise<number> {
  const ratios: number[] = [];
  for (const [index, one] of group.entries())
    for (const other of group.slice(index + 1))
      ratios.push(await evidence(recogniser, modality, [one], [other]));
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, ratios.length);
}

const of = (features: readonly Float32Array[], indices: readonly number[]) =>
  indices.flatMap((index) => features[index] ?? []);

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
