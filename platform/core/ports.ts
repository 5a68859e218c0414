import type { CodeReference } from './code.ts';
import type { DatasetListing, DatasetVersion } from './dataset.ts';
import type { DatasetProfile } from './dataset-profile.ts';
import type { KeptSplit, SplitRule } from './dataset-split.ts';
import type { DatasetTombstone } from './dataset-tombstone.ts';
import type { DatasetValidation } from './dataset-validation.ts';
import type { Digest } from './digest.ts';
import type { ServingSettings, SettingsVersion } from './environment-settings.ts';
import type { Experiment, ExperimentPlace, ExperimentRecord, Exposure } from './experiment.ts';
import type { ModelVersion } from './model.ts';
import type { Release, ReleaseEvent, ReleaseStage } from './release.ts';
import type { RunRecord } from './run.ts';
import type { RunAnnotationChanges, RunAnnotations, RunPage, RunQuery } from './run-summary.ts';
import type { Point } from './search-space.ts';
import type { Outcome, Sweep, SweepPlan } from './sweep.ts';

/**
 * Keeps run records; the engine is the only writer. `save` replaces the record and its tasks in one transaction. Name,
 * note and tags belong to people: `save` keeps those of a new run, and from then on `annotate` alone changes them.
 */
export interface RunStore {
  save(run: RunRecord): Promise<void>;
  get(id: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly RunRecord[]>;
  page(query: RunQuery): Promise<RunPage>;
  /** Returns false where there is no such run. */
  annotate(id: string, changes: RunAnnotationChanges): Promise<boolean>;
  /** The id that a text is, the ids that begin with it and those of runs that have it as their name, the newest ones first. */
  named(text: string, limit: number): Promise<readonly string[]>;
  /** A succeeded task's record with this cache key, the newest. */
  findCached(cacheKey: Digest): Promise<RunRecord['tasks'][number] | undefined>;
}

/**
 * Keeps sweeps. `create` leaves one that is there under the id as it is. `change` is a transaction: whoever changes one
 * sees what others changed before.
 */
export interface SweepStore {
  create(sweep: Sweep): Promise<void>;
  get(id: string): Promise<Sweep | undefined>;
  /** Newest first. */
  list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly Sweep[]>;
  /** Returns it as it is afterwards; undefined where there is none. */
  change(id: string, change: (sweep: Sweep) => Sweep): Promise<Sweep | undefined>;
}

/** Keeps experiments. `change` is a transaction. */
export interface ExperimentStore {
  /** Throws a UserError `experiment_running` where one of the model runs in the environment. */
  create(experiment: Experiment): Promise<void>;
  get(id: string): Promise<Experiment | undefined>;
  /** Newest first. */
  list(filter: {
    unfinished?: boolean;
    limit?: number;
    place?: ExperimentPlace | undefined;
  }): Promise<readonly Experiment[]>;
  /** Returns it as it is afterwards; undefined where there is none. */
  change(id: string, change: (experiment: Experiment) => Experiment): Promise<Experiment | undefined>;
}

/** What happens in experiments, in the order in which it was told: what came late stays late. */
export interface ExperimentJournal {
  /** Returns the exposure of the key that stands, which is the first one. */
  expose(experiment: string, exposure: Exposure): Promise<Exposure>;
  /** Of these keys, those that were exposed. */
  exposuresOf(experiment: string, keys: readonly string[]): Promise<ReadonlyMap<string, Exposure>>;
  /** Returns how many of them were new. */
  record(experiment: string, records: readonly ExperimentRecord[]): Promise<number>;
  /** After a position, so many at most. */
  read(experiment: string, after: number, limit: number): Promise<readonly JournalEntry[]>;
}

export type JournalEntry = { readonly position: number } & (
  | { readonly exposure: Exposure }
  | { readonly record: ExperimentRecord }
);

/** Proposes where to look next. Throws a UserError where it cannot. */
export type ProposePoints = (search: {
  readonly plan: SweepPlan;
  /** Those that were proposed before, finished or not. */
  readonly outcomes: readonly Outcome[];
  readonly wanted: number;
}) => Promise<readonly Point[]>;

/** Keeps dataset versions: the manifest as a blob, and which version holds which item. */
export interface DatasetStore {
  save(dataset: DatasetVersion): Promise<void>;
  get(digest: Digest): Promise<DatasetVersion>;
  latest(name: string): Promise<Digest | undefined>;
  /** Newest first, without the parts that versions were split into, which are versions as well. */
  list(): Promise<readonly ListedDataset[]>;
}

export interface ListedDataset extends DatasetListing {
  readonly items: number;
  readonly createdAt: string;
}

/** Splits of dataset versions into parts, each of which is a version. */
export interface DatasetSplits {
  /**
   * The same wish gives the same split. Throws a UserError `split_exists` where another one has that name, `split_leaks` where the
   * same content or group would be in two parts.
   */
  create(dataset: Digest, wish: { readonly name: string; readonly rule: SplitRule }): Promise<KeptSplit>;
  /** By name. */
  list(dataset: Digest): Promise<readonly KeptSplit[]>;
}

/** What is in dataset versions, computed when somebody asks for the first time. */
export interface DatasetProfiles {
  of(dataset: Digest): Promise<DatasetProfile>;
}

/** Holds dataset versions against rules: a schema of Pandera, as YAML or JSON. What came of it is kept. */
export interface DatasetValidations {
  /** Of a version that need not be saved yet. Throws a UserError `rules_invalid` where the rules cannot be used. */
  validate(dataset: DatasetVersion, rules: string): Promise<DatasetValidation>;
  /** Newest first. */
  list(dataset: Digest): Promise<readonly DatasetValidation[]>;
}

/** Deletes dataset versions, and remembers that they were there. */
export interface DatasetDeletions {
  /**
   * With its parts. Throws a UserError `dataset_in_use` while a run has it, `dataset_released` where a model made from it is
   * released, unless that is wanted all the same.
   */
  delete(
    dataset: Digest,
    options: { readonly reason: string; readonly by: string; readonly evenIfReleased: boolean },
  ): Promise<DatasetTombstone>;
  /** Newest first. */
  list(name?: string): Promise<readonly DatasetTombstone[]>;
  /** Removes what an interrupted deletion has left behind. */
  finish(): Promise<void>;
}

/** Starts and follows pipeline runs. All calls may be repeated; what was started survives the caller's death. */
export interface PipelineEngine {
  submit(request: RunRequest): Promise<string>;
  get(runId: string): Promise<RunRecord>;
  cancel(runId: string): Promise<void>;
  /** Continues a failed, canceled or interrupted run where it stopped; finished tasks are not repeated. */
  resume(runId: string): Promise<void>;
  /** What a task wrote so far. */
  logs(runId: string, task: string): Promise<string>;
}

export interface RunRequest {
  /** Given by the caller, so that a request repeated after a crash is the same run. */
  readonly id: string;
  /** Compiled PipelineSpec, parsed from YAML or JSON. */
  readonly pipelineSpec: unknown;
  readonly parameters: RunRecord['pins']['parameters'];
  readonly datasets: readonly Digest[];
  readonly trigger: string;
  /** Who asked for it by hand. */
  readonly by?: string | undefined;
  readonly seed: number;
  readonly useCache: boolean;
  /** The stored snapshot that its steps run in; what the engine has for such runs unless given. */
  readonly code?: CodeReference | undefined;
  /** By task: the kept lock of the packages that it is to have, instead of what its component comes to now. */
  readonly locks?: Readonly<Record<string, Digest>> | undefined;
  /** Where to run it, when several engines are there; the configured one unless given. */
  readonly engine?: RunRecord['engine'] | undefined;
  readonly annotations?: RunAnnotations | undefined;
  /** The sweep that it is a trial of. */
  readonly sweep?: string | undefined;
  /** Of all that was asked for, where it may be asked for again with the same id. */
  readonly requestDigest?: Digest | undefined;
}

/** Where experiments are tracked. */
export interface Tracker {
  startRun(run: NewTrackedRun): Promise<TrackedRun>;
  /** Returns, in words, what could not be kept as it was given: renamed, cut, or left out. All else is there. */
  log(run: string, values: TrackedValues): Promise<readonly string[]>;
  endRun(run: string, outcome: 'succeeded' | 'failed' | 'canceled'): Promise<void>;
}

export interface NewTrackedRun {
  readonly experiment: string;
  readonly name: string;
  /** A tag that no other run has with this value: asked for again, the run that has it goes on. */
  readonly key: { readonly tag: string; readonly value: string };
  readonly tags?: Readonly<Record<string, string>>;
  /** The id of the tracked run that this one is a part of. */
  readonly parent?: string;
  /** False where it has certainly not been started before, which saves looking for it. */
  readonly mayExist?: boolean;
}

export interface TrackedRun {
  readonly id: string;
  /** The id of its experiment. */
  readonly experiment: string;
  /** It was started before, and goes on. */
  readonly known: boolean;
}

export interface TrackedValues {
  /** Texts are kept as they are, everything else as JSON. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Values may be NaN or infinite. */
  readonly metrics?: readonly TrackedMetric[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly datasets?: readonly { readonly name: string; readonly digest: Digest; readonly context: string }[];
}

export interface TrackedMetric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly time: Date;
}

export type MetricPoint = Omit<TrackedMetric, 'key'>;

/** Reads what was logged to tracked runs, by Visavox or by whatever ran in them. */
export interface TrackedCurves {
  /** Of each metric of a run the value of its last step; undefined where the run is not there (any more). */
  latest(run: string): Promise<TrackedState | undefined>;
  /** Every value that a metric has had, in no order; values may be NaN or infinite. */
  history(run: string, key: string): Promise<readonly MetricPoint[]>;
}

export interface TrackedState {
  /** Nobody logs to it any more, unless the run is taken up again. */
  readonly ended: boolean;
  readonly metrics: readonly TrackedMetric[];
}

/** The model registry. `register` with a bundle that is registered already answers that version. */
export interface ModelRegistry {
  register(
    model: Omit<ModelVersion, 'version' | 'createdAt'> & { trackingRun: string | null },
  ): Promise<ModelVersion>;
  get(name: string, version: number): Promise<ModelVersion>;
  /** The versions of one model or, without a name, of all; of each name the newest first. */
  list(name?: string): Promise<readonly ModelVersion[]>;
  setAlias(name: string, alias: string, version: number | null): Promise<void>;
}

/**
 * Keeps releases. A model has one champion at most in an environment: `promote` makes one and retires the one before in
 * a single transaction, and `setStage` refuses to take the champion's stage away (`release_serves`).
 */
export interface ReleaseStore {
  create(release: Release): Promise<void>;
  setStage(id: string, stage: Exclude<ReleaseStage, 'champion'>, reason: string): Promise<void>;
  /** `by`: who asked for it; nobody where the platform does it by itself. */
  promote(id: string, reason: string, by?: string): Promise<void>;
  champion(environment: string, model: string): Promise<Release | undefined>;
  /** Newest first; of one model or, without its name, of all. */
  list(environment: string, model?: string): Promise<readonly Release[]>;
  /** What became of the releases of a model in an environment, newest first; nothing of it is ever changed. */
  history(environment: string, model: string, limit: number): Promise<readonly ReleaseEvent[]>;
}

/** Keeps what environments of models were declared to be. */
export interface EnvironmentSettingsStore {
  /** The version with this content; the one that is there already, or a new one. */
  record(wish: Pick<SettingsVersion, 'model' | 'environment' | 'settings' | 'by'>): Promise<SettingsVersion>;
  /** Newest first. */
  list(model: string, environment: string): Promise<readonly SettingsVersion[]>;
}

/**
 * What an application does for a release before and after it takes traffic. `prepare` may be repeated, must
 * leave the current champion untouched, and answers only when the new bundle truly answers.
 */
export interface ReleaseTarget {
  prepare(release: Release): Promise<void>;
  /** Called after `promote` is durable, and again by each process that begins to control. */
  activate(release: Release): Promise<void>;
  /** No longer needed; requests in flight are finished first. */
  retire(release: Release): Promise<void>;
}

/** Numbers in row-major order. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A bundle whose networks answer. */
export interface ServedBundle {
  /** One input, one output. Calls may overlap; `input` may be used again when it answers. */
  infer(network: string, input: FloatTensor): Promise<Float32Array>;
  /**
   * The caller needs it no longer, and its calls in flight are finished first. For others it goes on; a host inside
   * one process gives up what nobody uses, one elsewhere keeps it until it is retired.
   */
  close(): Promise<void>;
}

/** Where the networks of bundles answer. With `settings`, a host that starts servers has some for these alone. */
export interface ModelHost {
  /** Brings a bundle up beside those that serve; answers when each of `networks` truly answers. May be repeated. */
  bringUp(bundle: Digest, networks: readonly string[], settings?: ServingSettings): Promise<ServedBundle>;
  /** The bundles that were brought up without settings and not retired, whoever did it. */
  list(): Promise<readonly Digest[]>;
  /** Not listed any more, and gone when its callers have closed it. May be repeated, and taken back by `bringUp`. */
  retire(bundle: Digest, settings?: ServingSettings): Promise<void>;
}
