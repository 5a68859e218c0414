import type { Recogniser } from '../recogniser.ts';
import { logLikelihoodRatio } from '../signals/calibration.ts';
import { dot, meanDirection } from '../signals/vectors.ts';
import { type Acquired, nameOf } from './acquisition.ts';
import { costOfRatios, type ErrorRates, errorRates } from './error-rates.ts';
import { pairModalities } from './fused-comparisons.ts';
import type { Comparison } from './lists.ts';

export interface Figures extends ErrorRates {
  /** Distinct recordings of these comparisons that could not be used. Every comparison that needs one never matches. */
  readonly failuresToAcquire: number;
  readonly recordings: number;
  readonly failureCodes: Readonly<Record<string, number>>;
  /** Cost of the likelihood ratios in bits, over the comparisons that could be made. */
  readonly cllr: number | null;
}

export interface Evaluation {
  readonly faces: Figures;
  readonly voices: Figures;
  readonly fused: Figures;
}

export interface Material {
  readonly comparisons: readonly Comparison[];
  readonly acquired: ReadonlyMap<string, Acquired>;
}

/** Scores are log-likelihood ratios, as in a sign-in; a comparison with a recording that failed never matches. */
export async function evaluate(
  recogniser: Recogniser,
  { faces, voices, seed }: { faces: Material; voices: Material; seed: number },
): Promise<Evaluation> {
  const ratios = {
    face: await ratiosOf(recogniser, 'face', faces),
    voice: await ratiosOf(recogniser, 'voice', voices),
  };
  const pairs = pairModalities(faces.comparisons, voices.comparisons, seed);
  const at = (known: ReadonlyMap<Comparison, number>, comparison: Comparison) =>
    known.get(comparison) ?? -Infinity;
  return {
    faces: figures(
      faces.comparisons.map((one) => ({ same: one.same, score: at(ratios.face, one) })),
      [[faces, faces.comparisons]],
    ),
    voices: figures(
      voices.comparisons.map((one) => ({ same: one.same, score: at(ratios.voice, one) })),
      [[voices, voices.comparisons]],
    ),
    fused: figures(
      pairs.map(({ face, voice, same }) => ({
        same,
        score: at(ratios.face, face) + at(ratios.voice, voice),
      })),
      [
        [faces, pairs.map(({ face }) => face)],
        [voices, pairs.map(({ voice }) => voice)],
      ],
    ),
  };
}

async function ratiosOf(
  recogniser: Recogniser,
  modality: 'face' | 'voice',
  { comparisons, acquired }: Material,
): Promise<ReadonlyMap<Comparison, number>> {
  const usable = [...acquired].flatMap(([name, one]) =>
    'features' in one ? [{ name, features: one.features }] : [],
  );
  const vectors = new Map<string, Float32Array>();
  for (let start = 0; start < usable.length; start += 256) {
    const batch = usable.slice(start, start + 256);
    const embeddings = await recogniser.embed(
      modality,
      batch.map(({ features }) => features),
    );
    batch.forEach(({ name }, index) => {
      vectors.set(name, embeddings[index]!);
    });
  }
  const ratios = new Map<Comparison, number>();
  for (const comparison of comparisons) {
    const enrolled = comparison.enrolled.map((recording) => vectors.get(nameOf(recording)));
    const probe = vectors.get(nameOf(comparison.probe));
    const complete = enrolled.filter((vector) => vector !== undefined);
    if (!probe || complete.length < enrolled.length) continue;
    const score = dot(meanDirection(complete), probe);
    const counts = { enrol: complete.length, probe: 1 };
    // The limit is for decisions; here the order of the clearest comparisons matters too.
    const map = { ...recogniser.calibration[modality], limit: Number.POSITIVE_INFINITY };
    ratios.set(comparison, logLikelihoodRatio(map, score, counts));
  }
  return ratios;
}

function figures(
  scored: readonly { readonly same: boolean; readonly score: number }[],
  used: readonly (readonly [Material, readonly Comparison[]])[],
): Figures {
  const scores = (same: boolean) => scored.filter((one) => one.same === same).map((one) => one.score);
  const [genuine, impostor] = [scores(true), scores(false)];
  const made = (values: readonly number[]) => values.filter((value) => value !== -Infinity);
  const recordings = used.flatMap(([{ acquired }, comparisons]) =>
    [...new Set(comparisons.flatMap((one) => [...one.enrolled, one.probe].map(nameOf)))].map((name) =>
      acquired.get(name),
    ),
  );
  const codes = recordings.flatMap((one) => (one && 'fault' in one ? [one.fault] : []));
  const failureCodes: Record<string, number> = {};
  for (const code of codes) failureCodes[code] = (failureCodes[code] ?? 0) + 1;
  const complete = made(genuine).length > 0 && made(impostor).length > 0;
  return {
    ...errorRates(genuine, impostor),
    failuresToAcquire: codes.length,
    recordings: recordings.length,
    failureCodes,
    cllr: complete ? costOfRatios(made(genuine), made(impostor)) : null,
  };
}
