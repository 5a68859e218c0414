import type { Modality } from '../bundle-parts.ts';
import type { EnrolmentFeatures, Recogniser } from '../recogniser.ts';
import { ENROLMENT_RULES } from './rules.ts';

type Comparing = Pick<Recogniser, 'template' | 'compare'>;

/** A recording's features, and of a voice how long it is. */
export interface OneRecording {
  readonly features: Float32Array;
  readonly seconds?: number | undefined;
}

export function recordingsOf(
  { faces, voices, voiceSeconds }: EnrolmentFeatures,
  modality: Modality,
): OneRecording[] {
  if (modality === 'face') return faces.map((features) => ({ features }));
  return voices.map((features, index) => ({ features, seconds: voiceSeconds?.[index] }));
}

/**
 * The log-likelihood ratio of the two groups of recordings that are least alike, however they are divided: two people in one
 * enrolment are found however many recordings each gave. Pairs alone would refuse one poor recording among good ones. Infinite
 * for a single recording.
 */
export async function unlikeness(
  recogniser: Comparing,
  modality: Modality,
  recordings: readonly OneRecording[],
): Promise<number> {
  const parts = divisions(recordings.length).map(([some, rest]) => [
    of(recordings, some),
    of(recordings, rest),
  ]);
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
  recordings: readonly OneRecording[],
): Promise<readonly number[]> {
  let clearest: { readonly others: readonly number[]; readonly by: number } = { others: [], by: -Infinity };
  for (const [some, rest] of divisions(recordings.length)) {
    const between = await evidence(recogniser, modality, of(recordings, rest), of(recordings, some));
    const within = [
      await coherence(recogniser, modality, of(recordings, rest)),
      await coherence(recogniser, modality, of(recordings, some)),
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
  group: readonly OneRecording[],
): Promise<number> {
  const ratios: number[] = [];
  for (const [index, one] of group.entries())
    for (const other of group.slice(index + 1))
      ratios.push(await evidence(recogniser, modality, [one], [other]));
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, ratios.length);
}

const of = (recordings: readonly OneRecording[], indices: readonly number[]) =>
  indices.flatMap((index) => recordings[index] ?? []);

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
  own: readonly OneRecording[],
  others: readonly OneRecording[],
): Promise<number> {
  const vectors = own.map(({ features }) => features);
  if (modality === 'face') {
    const template = await recogniser.template({ faces: vectors, voices: [] });
    const faces = others.map(({ features }) => features);
    return (await recogniser.compare(template, { faces, voice: null })).face ?? 0;
  }
  const voiceSeconds = own.flatMap(({ seconds }) => seconds ?? []);
  const template = await recogniser.template({ faces: [], voices: vectors, voiceSeconds });
  const said = others.map(({ features, seconds }) => ({ faces: [], voice: features, voiceSeconds: seconds }));
  return (await recogniser.compare(template, said)).voice ?? 0;
}
