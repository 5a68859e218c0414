import { basename } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { Recogniser } from '../recogniser.ts';
import { type EvidenceMap, logLikelihoodRatio, scoreOf, unlimited } from '../signals/evidence-map.ts';
import { type EmbeddedRecording, enrolledSide, probeSide } from '../signals/sides.ts';
import { type Acquired, nameOf } from './acquisition.ts';
import { checkCalibration } from './curves.ts';
import { type ErrorRates, errorRates, type FmrLevel } from './error-rates.ts';
import { type OperatingPoint, promises } from './evidence.ts';
import { pairModalities } from './fused-comparisons.ts';
import { type DecisionFigures, decisionFigures } from './fused-decision.ts';
import type { Comparison, Recording } from './lists.ts';
import { type ScoredComparison, type ScoredSet, scoresOf, type Traits } from './scored-comparisons.ts';
import { secondTries } from './second-tries.ts';
import { hasNoCopy, traitsOf } from './traits.ts';

export interface Figures extends ErrorRates {
  /** Distinct recordings of these comparisons that could not be used. Every comparison that needs one never matches. */
  readonly failuresToAcquire: number;
  readonly recordings: number;
  readonly failureCodes: Readonly<Record<string, number>>;
  /** Cost of the likelihood ratios in bits, over the comparisons that could be made. */
  readonly cllr: number | null;
  /** The part of it that no calibration could save. */
  readonly cllrMin: number | null;
  /** How often impostors reach the ratios that the published calibration promises to be so rare. */
  readonly promised: Readonly<Record<FmrLevel, OperatingPoint | null>>;
}

export interface FusedFigures extends Figures {
  /** What a sign-in decides, by the whole rule. */
  readonly decision: DecisionFigures | null;
}

export interface Evaluation {
  readonly faces: Figures;
  readonly voices: Figures;
  readonly fused: FusedFigures;
}

/** The comparisons behind the figures, for a report on them. */
export type ScoredSets = Readonly<Record<keyof Evaluation, ScoredSet>>;

export interface Material {
  readonly comparisons: readonly Comparison[];
  readonly acquired: ReadonlyMap<string, Acquired>;
}

/** Labels of people by what they are called in the lists: `az01` -> `{ gender: 'M' }`. */
export type Labels = ReadonlyMap<string, Traits>;

/** Scores are log-likelihood ratios, as in a sign-in; a comparison with a recording that failed never matches. */
export async function evaluate(
  recogniser: Recogniser,
  { faces, voices, seed, labels }: { faces: Material; voices: Material; seed: number; labels: Labels },
): Promise<{ readonly evaluation: Evaluation; readonly scored: ScoredSets }> {
  const made = {
    faces: await scoredOf(recogniser, 'face', faces, labels),
    voices: await scoredOf(recogniser, 'voice', voices, labels),
  };
  const pairs = pairModalities(faces.comparisons, voices.comparisons, seed).map(({ face, voice }) => {
    const [seen, heard] = [made.faces.of(face), made.voices.of(voice)];
    return { face, voice, seen, heard, scored: fusedOf(recogniser, seen, heard) };
  });
  const scored: ScoredSets = {
    faces: made.faces.set,
    voices: made.voices.set,
    fused: { comparisons: pairs.map((pair) => pair.scored), variants: [] },
  };
  return {
    scored,
    evaluation: {
      faces: figures(scored.faces, [[faces, faces.comparisons]]),
      voices: figures(scored.voices, [[voices, voices.comparisons]]),
      fused: {
        ...figures(scored.fused, [
          [faces, pairs.map(({ face }) => face)],
          [voices, pairs.map(({ voice }) => voice)],
        ]),
        decision: decisionFigures(recogniser.calibration, {
          pairs,
          faces: scored.faces.comparisons,
          voices: scored.voices.comparisons,
        }),
      },
    },
  };
}

/** As in a sign-in, either modality counts against the person only so much; what speaks for it counts as it is. */
function bounded(score: number, { limit, against = limit }: EvidenceMap): number {
  return score === -Infinity ? score : Math.max(-against, score);
}

/** Slices of both modalities; how much was enrolled is said of each alone. */
function fusedOf(
  { calibration }: Recogniser,
  face: ScoredComparison,
  voice: ScoredComparison,
): ScoredComparison {
  const { enrolled: _face, ...seen } = face.traits;
  const { enrolled: _voice, ...heard } = voice.traits;
  return {
    same: face.same,
    score: bounded(face.score, calibration.face) + bounded(voice.score, calibration.voice),
    person: `${face.person} ${voice.person}`,
    quality: face.quality === null || voice.quality === null ? null : Math.min(face.quality, voice.quality),
    traits: { ...seen, ...heard },
  };
}

/** Every comparison as it is listed, and where several recordings are enrolled, also with the first few of them. */
async function scoredOf(
  recogniser: Recogniser,
  modality: 'face' | 'voice',
  material: Material,
  labels: Labels,
): Promise<{ readonly set: ScoredSet; of(comparison: Comparison): ScoredComparison }> {
  const vectors = await vectorsOf(recogniser, modality, featuresIn(material, null));
  const copies = await vectorsOf(
    recogniser,
    modality,
    featuresIn(material, (sample) => recogniser.enrolledCondition(modality, sample)),
  );
  const map = unlimited(recogniser.calibration[modality]);
  const measuresOf = (recording: Recording) => {
    const acquired = material.acquired.get(nameOf(recording));
    return acquired && 'measures' in acquired ? acquired.measures : null;
  };
  const embedded = (recording: Recording): EmbeddedRecording | null => {
    const [vector, copy] = [vectors.get(nameOf(recording)), copies.get(nameOf(recording))];
    const measures = measuresOf(recording);
    const seconds = measures?.modality === 'voice' ? measures.seconds : null;
    const enrolled = copy && vector?.map((value, at) => value + (copy[at] ?? 0));
    const takenWorse = map.apart && measures?.modality === 'voice' ? hasNoCopy(measures) : undefined;
    return vector ? { vector, seconds, takenWorse, ...(enrolled && { enrolled }) } : null;
  };
  const second = secondTries(material.comparisons);
  const score = (comparison: Comparison, enrol: number): ScoredComparison => {
    const enrolled = comparison.enrolled.slice(0, enrol).flatMap((recording) => embedded(recording) ?? []);
    const probe = embedded(comparison.probe);
    const measures = measuresOf(comparison.probe);
    const counts = { enrol: enrolled.length, probe: 1 };
    const faceQuality = measures?.modality === 'face' ? measures.quality : 1;
    const isWhole = enrolled.length === Math.min(enrol, comparison.enrolled.length);
    const ratio = (tries: readonly EmbeddedRecording[]) =>
      logLikelihoodRatio(map, scoreOf(map, enrolledSide(enrolled), probeSide(tries)), counts, faceQuality);
    const first = probe && isWhole ? ratio([probe]) : -Infinity;
    const again = modality === 'voice' ? second(comparison) : undefined;
    const other = again && embedded(again);
    return {
      same: comparison.same,
      score: first,
      ...(other && isWhole && { together: ratio(probe ? [probe, other] : [other]) }),
      person: comparison.claimed,
      quality: measures?.quality ?? null,
      traits: {
        ...(measures ? traitsOf(measures) : {}),
        ...labelsOf(labels, comparison.claimed),
        enrolled: String(comparison.enrolled.slice(0, enrol).length),
      },
    };
  };
  const listed = new Map(material.comparisons.map((one) => [one, score(one, one.enrolled.length)]));
  const variants = material.comparisons.flatMap((one) =>
    one.enrolled.slice(1).map((_, fewer) => {
      const scored = score(one, fewer + 1);
      return { ...scored, traits: { enrolled: String(fewer + 1) } };
    }),
  );
  return {
    set: { comparisons: [...listed.values()], variants },
    of(comparison) {
      const known = listed.get(comparison);
      if (!known) throw new SystemError('a fused comparison is of no list');
      return known;
    },
  };
}

/** Of faces, a person is called by a folder; labels by its last part. */
function labelsOf(labels: Labels, claimed: string): Traits {
  return labels.get(claimed) ?? labels.get(basename(claimed)) ?? {};
}

/** Of the recordings, or of the copies of them that stand beside them in templates. */
function featuresIn(
  { acquired }: Material,
  copyOf: ((sample: Digest) => string | null) | null,
): { name: string; features: Float32Array }[] {
  return [...acquired].flatMap(([name, one]) => {
    if ('fault' in one) return [];
    if (copyOf === null) return [{ name, features: one.features }];
    if (hasNoCopy(one.measures)) return [];
    const copy = one.copies.find(({ condition }) => condition === copyOf(one.sample));
    return copy ? [{ name, features: copy.features }] : [];
  });
}

async function vectorsOf(
  recogniser: Recogniser,
  modality: 'face' | 'voice',
  usable: readonly { readonly name: string; readonly features: Float32Array }[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  for (let start = 0; start < usable.length; start += 256) {
    const batch = usable.slice(start, start + 256);
    const embeddings = await recogniser.embed(
      modality,
      batch.map(({ features }) => features),
    );
    for (const [index, { name }] of batch.entries()) {
      const vector = embeddings[index];
      if (vector) vectors.set(name, vector);
    }
  }
  return vectors;
}

function figures(
  { comparisons }: ScoredSet,
  used: readonly (readonly [Material, readonly Comparison[]])[],
): Figures {
  const { genuine, impostor } = scoresOf(comparisons);
  const recordings = used.flatMap(([{ acquired }, comparisons]) =>
    [...new Set(comparisons.flatMap((one) => [...one.enrolled, one.probe].map(nameOf)))].map((name) =>
      acquired.get(name),
    ),
  );
  const codes = recordings.flatMap((one) => (one && 'fault' in one ? [one.fault] : []));
  const failureCodes: Record<string, number> = {};
  for (const code of codes) failureCodes[code] = (failureCodes[code] ?? 0) + 1;
  const calibration = checkCalibration(comparisons);
  return {
    ...errorRates(genuine, impostor),
    failuresToAcquire: codes.length,
    recordings: recordings.length,
    failureCodes,
    cllr: calibration?.cllr ?? null,
    cllrMin: calibration?.minCllr ?? null,
    promised: promises({ genuine, impostor }),
  };
}
