import type { Comparison, MetricComparison } from '@visavox/control/gate';
import { type Modality, modalities } from './bundle-parts.ts';
import { costOfRatios, errorRates, wilson } from './evaluation/error-rates.ts';
import { seededDraws } from './seeded-draws.ts';
import type { Calibration } from './signals/calibration.ts';
import { decide, fuse } from './signals/decision.ts';
import { logLikelihoodRatio, REFERENCE, scoreOf } from './signals/evidence-map.ts';
import { type EmbeddedRecording, enrolledSide, probeSide } from './signals/sides.ts';

/** A recording under one model, and under what it was made; `clear` where nothing is said. */
export interface RecordedEmbedding extends EmbeddedRecording {
  readonly condition?: string;
}

/** The embeddings of one person under one model, unit length, in the same order for every model compared. */
export interface PersonEmbeddings {
  /** Only people of one group were embedded by one model, and are compared with each other. */
  readonly group?: string | undefined;
  readonly face: readonly RecordedEmbedding[];
  readonly voice: readonly RecordedEmbedding[];
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
  readonly accepted: boolean;
  readonly conditions: { readonly face: string; readonly voice: string };
}

/** By person claimed: the trials of the person, and those of others who claim to be it. */
interface Trials {
  readonly genuine: readonly (readonly Trial[])[];
  readonly impostor: readonly (readonly {
    readonly claimant: number;
    readonly trial: Trial;
    /** Of the person's own face with this claimant's voice, and the reverse, as often as they are accepted. */
    readonly mixed: { readonly strangersVoice: boolean; readonly strangersFace: boolean };
  }[])[];
}

type Mixed = Trials['impostor'][number][number]['mixed'];

export const STRANGERS_VOICE = 'mixed/right-face-strangers-voice';
export const STRANGERS_FACE = 'mixed/strangers-face-right-voice';

const resamples = 200;
/** Claims against one person; more of them say little more about how people differ. */
const mostClaimants = 25;
/** Of the paired differences, two-sided: one in ten on each side is left out. */
const coverage = 0.8;

/**
 * Champion and candidate on the same comparisons of people that neither saw. Differences are bootstrapped over
 * people (not over comparisons, which share people), both models on the same draw. Slices are claims made under one
 * condition: what is better on the whole may be worse there.
 */
export function compareOnUnseen(champion: Contestant, candidate: Contestant, seed: number): Comparison {
  const before = trialsOf(champion);
  const after = trialsOf(candidate);
  const everyone = before.genuine.map((_, index) => index);
  const random = seededDraws(seed);
  const draws =
    everyone.length < 3
      ? []
      : Array.from({ length: resamples }, () => everyone.map(() => Math.floor(random() * everyone.length)));
  const compare = (slice: Slice): MetricComparison[] => {
    const of = (trials: Trials, draw: readonly number[]) => metricsOf(trials, draw, slice);
    const [old, now] = [of(before, everyone), of(after, everyone)];
    const differences = draws.map((draw) => ({ old: of(before, draw), now: of(after, draw) }));
    const claims = after.impostor.flat().filter(({ trial }) => slice.holds(trial)).length;
    return Object.keys(old).map((metric) => ({
      ...compared(metric, { old, now }, differences),
      ...(metric.startsWith('mixed/') && counted(now[metric] ?? null, claims)),
    }));
  };
  const slices = slicesOf(before).map((slice) => ({
    slice: slice.name,
    units: before.genuine.filter((own) => own.some(slice.holds)).length,
    metrics: compare(slice),
  }));
  return { units: everyone.length, unitName: 'unseen people', metrics: compare(everything), slices };
}

type Metrics = Readonly<Record<string, number | null>>;

function compared(
  metric: string,
  { old, now }: { old: Metrics; now: Metrics },
  differences: readonly { readonly old: Metrics; readonly now: Metrics }[],
): MetricComparison {
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
}

/** What an absolute limit is judged by. */
function counted(
  share: number | null,
  trials: number,
): Partial<Pick<MetricComparison, 'trials' | 'interval'>> {
  if (share === null || trials === 0) return {};
  const [low, high] = wilson(Math.round(share * trials), trials);
  return { trials, interval: [low, high] };
}

interface Slice {
  readonly name: string;
  readonly metrics: readonly ('fused' | Modality)[];
  holds(trial: Trial): boolean;
}

const everything: Slice = { name: '', metrics: ['fused', 'face', 'voice'], holds: () => true };

/** Claims in clear recordings, claims under any other condition, and those under each one. */
function slicesOf({ genuine }: Trials): Slice[] {
  const all = genuine.flat();
  const isClear = ({ conditions }: Trial) => conditions.face === 'clear' && conditions.voice === 'clear';
  if (all.every(isClear)) return [];
  const named = modalities.flatMap((modality) =>
    [...new Set(all.map((trial) => trial.conditions[modality]))].sort().map(
      (condition): Slice => ({
        name: `${modality} ${condition}`,
        metrics: [modality],
        holds: (trial) => trial.conditions[modality] === condition,
      }),
    ),
  );
  return [
    { name: 'unshifted', metrics: ['fused'], holds: isClear },
    { name: 'shifted', metrics: ['fused'], holds: (trial) => !isClear(trial) },
    ...named,
  ];
}

/** Each recording in turn against a template of the ones after it, as many as the calibration was fitted for. */
function trialsOf({ people, calibration }: Contestant): Trials {
  const usable = people.filter((person) => person.face.length >= 2 && person.voice.length >= 2);
  const accepts = (face: number, voice: number) =>
    decide(fuse(face, voice), calibration.decision) === 'accept';
  const trial = (claimed: PersonEmbeddings, claimant: PersonEmbeddings, turn: number): Trial => {
    const ratio = (modality: Modality) => {
      const own = claimed[modality];
      const enrolled = Array.from({ length: Math.min(REFERENCE.enrol, own.length - 1) }, (_, next) =>
        inTurn(own, turn + 1 + next),
      );
      const map = calibration[modality];
      const probe = probeSide([inTurn(claimant[modality], turn)]);
      return logLikelihoodRatio(map, scoreOf(map, enrolledSide(enrolled), probe));
    };
    const [face, voice] = [ratio('face'), ratio('voice')];
    const condition = (modality: Modality) => inTurn(claimant[modality], turn).condition ?? 'clear';
    const conditions = { face: condition('face'), voice: condition('voice') };
    return { face, voice, fused: fuse(face, voice).fused, accepted: accepts(face, voice), conditions };
  };
  const genuine = usable.map((person) =>
    Array.from({ length: Math.max(person.face.length, person.voice.length) }, (_, turn) =>
      trial(person, person, turn),
    ),
  );
  return {
    genuine,
    impostor: usable.map((person, claimed) =>
      claimantsOf(claimed, usable).map((claimant) => {
        const strange = trial(person, usable[claimant] as PersonEmbeddings, claimed + claimant);
        const own = inTurn(genuine[claimed] as readonly Trial[], claimant);
        return {
          claimant,
          trial: strange,
          mixed: {
            strangersVoice: accepts(own.face, strange.voice),
            strangersFace: accepts(strange.face, own.voice),
          },
        };
      }),
    ),
  };
}

function inTurn<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** The others of the same group, spread evenly where they are many. */
function claimantsOf(claimed: number, people: readonly PersonEmbeddings[]): number[] {
  const others = people.flatMap((person, index) =>
    index !== claimed && person.group === people[claimed]?.group ? [index] : [],
  );
  const count = Math.min(others.length, mostClaimants);
  // Begun after the person, so that everyone passes for somebody.
  const start = others.findIndex((index) => index > claimed);
  return Array.from({ length: count }, (_, index) =>
    inTurn(others, Math.max(0, start) + Math.floor((index * others.length) / count)),
  );
}

/** Errors and costs of the people drawn; a metric without trials is null. */
function metricsOf(trials: Trials, draw: readonly number[], slice: Slice): Metrics {
  const genuine = draw.flatMap((person) => (trials.genuine[person] ?? []).filter(slice.holds));
  // A claim counts as often as both the person and the claimant were drawn.
  const times = new Map<number, number>();
  for (const person of draw) times.set(person, (times.get(person) ?? 0) + 1);
  const claims = draw.flatMap((claimed) =>
    (trials.impostor[claimed] ?? []).flatMap((claim) =>
      slice.holds(claim.trial) ? Array.from({ length: times.get(claim.claimant) ?? 0 }, () => claim) : [],
    ),
  );
  const impostor = claims.map(({ trial }) => trial);
  return Object.assign(
    {},
    ...slice.metrics.map((kind) => metricsOfKind(kind, { genuine, impostor })),
    slice.metrics.includes('fused') ? mixedMetrics(claims.map(({ mixed }) => mixed)) : {},
  );
}

function metricsOfKind(
  kind: 'fused' | Modality,
  { genuine, impostor }: { genuine: readonly Trial[]; impostor: readonly Trial[] },
): Metrics {
  const names =
    kind === 'fused' ? ['fused/cllr', 'fused/fnmr', 'fused/fmr'] : [`${kind}/eer`, `${kind}/cllr`];
  if (genuine.length === 0 || impostor.length === 0)
    return Object.fromEntries(names.map((name) => [name, null]));
  const own = genuine.map((trial) => trial[kind]);
  const foreign = impostor.map((trial) => trial[kind]);
  if (kind !== 'fused')
    return {
      [`${kind}/eer`]: errorRates(own, foreign).eer,
      [`${kind}/cllr`]: costOfRatios(own, foreign),
    };
  return {
    'fused/cllr': costOfRatios(own, foreign),
    'fused/fnmr': mean(genuine.map(({ accepted }) => Number(!accepted))),
    'fused/fmr': mean(impostor.map(({ accepted }) => Number(accepted))),
  };
}

/** Each modality has to hold by itself: how often the right face lets a stranger's voice in, and the reverse. */
function mixedMetrics(mixed: readonly Mixed[]): Metrics {
  const share = (kind: keyof Mixed) =>
    mixed.length === 0 ? null : mean(mixed.map((one) => Number(one[kind])));
  return {
    [STRANGERS_VOICE]: share('strangersVoice'),
    [STRANGERS_FACE]: share('strangersFace'),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
