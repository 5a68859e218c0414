import type { Comparison, MetricComparison } from '@visavox/control/gate';
import { costOfRatios, errorRates } from './evaluation/error-rates.ts';
import { type Calibration, logLikelihoodRatio, REFERENCE } from './signals/calibration.ts';
import { fuse } from './signals/decision.ts';
import { dot, meanDirection } from './signals/vectors.ts';

/** The embeddings of one person under one model, unit length, in the same order for every model compared. */
export interface PersonEmbeddings {
  readonly face: readonly Float32Array[];
  readonly voice: readonly Float32Array[];
}

/** A model seen through its embeddings of the same people, with the calibration that it would serve with. */
export interface Contestant {
  readonly people: readonly PersonEmbeddings[];
  readonly calibration: Calibration;
}

/** Ratios of one comparison of a claimant's recordings with a template. */
interface Trial {
  readonly face: number;
  readonly voice: number;
  readonly fused: number;
}

/** By person claimed: the trials of the person, and those of others who claim to be it. */
interface Trials {
  readonly genuine: readonly (readonly Trial[])[];
  readonly impostor: readonly (readonly { readonly claimant: number; readonly trial: Trial }[])[];
  readonly threshold: number;
}

const resamples = 200;
/** Claims against one person; more of them say little more about how people differ. */
const mostClaimants = 25;
/** Of the paired differences, two-sided: one in ten on each side is left out. */
const coverage = 0.8;

/**
 * Champion and candidate on the same comparisons of people that neither saw. Differences are bootstrapped over
 * people (not over comparisons, which share people), both models on the same draw.
 */
export function compareOnUnseen(champion: Contestant, candidate: Contestant, seed: number): Comparison {
  const before = trialsOf(champion);
  const after = trialsOf(candidate);
  const everyone = before.genuine.map((_, index) => index);
  const random = generator(seed);
  const draws =
    everyone.length < 3
      ? []
      : Array.from({ length: resamples }, () => everyone.map(() => Math.floor(random() * everyone.length)));
  const [old, now] = [metricsOf(before, everyone), metricsOf(after, everyone)];
  const differences = draws.map((draw) => ({ old: metricsOf(before, draw), now: metricsOf(after, draw) }));
  const metrics = Object.keys(old).map((metric): MetricComparison => {
    const [was, is] = [old[metric] ?? null, now[metric] ?? null];
    const drawn = differences
      .flatMap((pair) => {
        const [a, b] = [pair.old[metric], pair.now[metric]];
        return typeof a === 'number' && typeof b === 'number' ? [b - a] : [];
      })
      .sort((a, b) => a - b);
    return {
      metric,
      champion: was,
      candidate: is,
      difference: was === null || is === null ? null : is - was,
      low: drawn.length > 0 ? quantile(drawn, (1 - coverage) / 2) : null,
      high: drawn.length > 0 ? quantile(drawn, (1 + coverage) / 2) : null,
    };
  });
  return { units: everyone.length, unitName: 'unseen people', metrics };
}

/** Each recording in turn against a template of the ones after it, as many as the calibration was fitted for. */
function trialsOf({ people, calibration }: Contestant): Trials {
  const usable = people.filter((person) => person.face.length >= 2 && person.voice.length >= 2);
  const trial = (claimed: PersonEmbeddings, claimant: PersonEmbeddings, turn: number): Trial => {
    const ratio = (modality: 'face' | 'voice') => {
      const own = claimed[modality];
      const enrolled = Array.from({ length: Math.min(REFERENCE.enrol, own.length - 1) }, (_, next) =>
        inTurn(own, turn + 1 + next),
      );
      const score = dot(meanDirection(enrolled), inTurn(claimant[modality], turn));
      return logLikelihoodRatio(calibration[modality], score, { enrol: enrolled.length, probe: 1 });
    };
    const [face, voice] = [ratio('face'), ratio('voice')];
    return { face, voice, fused: fuse(face, voice).fused };
  };
  return {
    threshold: calibration.decision.threshold,
    genuine: usable.map((person) =>
      Array.from({ length: Math.max(person.face.length, person.voice.length) }, (_, turn) =>
        trial(person, person, turn),
      ),
    ),
    impostor: usable.map((person, claimed) =>
      claimantsOf(claimed, usable.length).map((claimant) => ({
        claimant,
        trial: trial(person, usable[claimant] as PersonEmbeddings, claimed + claimant),
      })),
    ),
  };
}

function inTurn<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** The others, spread evenly where they are many. */
function claimantsOf(claimed: number, people: number): number[] {
  const others = people - 1;
  const count = Math.min(others, mostClaimants);
  return Array.from(
    { length: count },
    (_, index) => (claimed + 1 + Math.floor((index * others) / count)) % people,
  );
}

/** Errors and costs of the people drawn; a metric without trials is null. */
function metricsOf(trials: Trials, draw: readonly number[]): Readonly<Record<string, number | null>> {
  const genuine = draw.flatMap((person) => trials.genuine[person] ?? []);
  // A claim counts as often as both the person and the claimant were drawn.
  const times = new Map<number, number>();
  for (const person of draw) times.set(person, (times.get(person) ?? 0) + 1);
  const impostor = draw.flatMap((claimed) =>
    (trials.impostor[claimed] ?? []).flatMap(({ claimant, trial }) =>
      Array.from({ length: times.get(claimant) ?? 0 }, () => trial),
    ),
  );
  if (genuine.length === 0 || impostor.length === 0) {
    return { 'fused/cllr': null, 'fused/fnmr': null, 'fused/fmr': null, 'face/eer': null, 'voice/eer': null };
  }
  const eer = (of: (one: Trial) => number) => errorRates(genuine.map(of), impostor.map(of)).eer;
  const fused = { genuine: genuine.map((one) => one.fused), impostor: impostor.map((one) => one.fused) };
  return {
    'fused/cllr': costOfRatios(fused.genuine, fused.impostor),
    'fused/fnmr': mean(fused.genuine.map((ratio) => Number(ratio < trials.threshold))),
    'fused/fmr': mean(fused.impostor.map((ratio) => Number(ratio >= trials.threshold))),
    'face/eer': eer((one) => one.face),
    'voice/eer': eer((one) => one.voice),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

/** Mulberry32: the same draws for the same seed everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
