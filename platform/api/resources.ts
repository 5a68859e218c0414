import type { StepGrants } from '@visavox/adapters/kubeflow/step/step-grants';
import type { ModelDescriptions } from '@visavox/adapters/models/model-descriptions';
import type { SignedBundles } from '@visavox/adapters/models/signed-bundles';
import type { SqlApprovals } from '@visavox/adapters/sql/approvals';
import type { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import type { MirroredModelRegistry } from '@visavox/adapters/sql/mirrored-model-registry';
import type { SqlModelAliases } from '@visavox/adapters/sql/model-aliases';
import type { SqlUsers } from '@visavox/adapters/sql/users';
import type { Controller } from '@visavox/control/controller';
import type { Controllers } from '@visavox/control/controllers';
import type { Experiments } from '@visavox/control/experiments/experiments';
import type { RecurringPipelines } from '@visavox/control/recurring-pipelines';
import type { Sweeps } from '@visavox/control/sweeps';
import type { DatasetAbout } from '@visavox/core/croissant';
import type { NotHonoured, ServingSettings, SettingsVersion } from '@visavox/core/environment-settings';
import type { LineageLine } from '@visavox/core/lineage-kinds';
import type { ModelReference } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import type {
  DatasetDeletions,
  DatasetProfiles,
  DatasetSplits,
  DatasetStore,
  DatasetValidations,
  PipelineEngine,
  ReleaseStore,
  RunStore,
  TrackedCurves,
} from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { Logger } from 'pino';
import type { clientNetworks } from './client-network.ts';
import type { PagePolicy } from './guards.ts';
import type { Metrics } from './metrics.ts';
import type { OrganisationDoor } from './organisation-door.ts';
import type { ServerFacts } from './schemas.ts';
import type { SharedToken } from './shared-token.ts';
import type { UserDoor } from './user-door.ts';

export interface ServiceHealth {
  readonly name: string;
  readonly healthy: boolean;
  readonly url: string | null;
  /** Why it is not healthy, for people. */
  readonly reason?: string | null;
}

export type ControllerPort = Pick<
  Controller,
  | 'model'
  | 'environment'
  | 'needsApproval'
  | 'tick'
  | 'retrainNow'
  | 'judgeCandidate'
  | 'rollback'
  | 'propose'
  | 'promote'
  | 'progress'
  | 'setPaused'
>;

/** Searches for the parameters of pipelines. */
export type SweepsPort = Pick<Sweeps, 'create' | 'list' | 'find' | 'outcomes' | 'cancel' | 'resume'>;

/** Pipelines that run by themselves. */
export type RecurringPort = Pick<RecurringPipelines, 'list' | 'runNow' | 'setPaused'>;

/** Tests of challengers against champions. */
export type ExperimentsPort = Pick<
  Experiments,
  'begin' | 'list' | 'running' | 'find' | 'analysis' | 'expose' | 'record' | 'stop'
>;

/** Which process leads, for what only that one can do. */
export interface LeaderPort {
  /** Whether it is this process. */
  readonly here: boolean;
  url(): Promise<string | undefined>;
  /** What the processes of this installation know each other's words by. */
  seal?(text: string): string;
}

/** A release that is up, and where. */
export interface ServedRelease {
  readonly release: Release;
  /** Of a server of the Open Inference Protocol v2, without `/v2`. */
  readonly url: string;
  /** It did not answer there. */
  lost(): void;
}

/** Models whose releases are served by what their bundles hold. */
export interface ServedModelsPort {
  isServed(model: string): boolean;
  /** Brings it up where this process did not have it yet. Throws a UserError where nothing of the kind is released. */
  find(environment: string, reference: ModelReference): Promise<ServedRelease>;
}

/** What the project declares of the environments of its models. */
export interface EnvironmentsPort {
  /** As they are declared now. */
  current(model: string, environment: string): SettingsVersion | undefined;
  /** Newest first. */
  versions(model: string, environment: string): Promise<readonly SettingsVersion[]>;
  /** What a release went out with; undefined for one from before there were settings. */
  versionOf(release: Release): Promise<SettingsVersion | undefined>;
  /** Settings of the server that it names and that are not there; null where this process cannot look. */
  missingSecrets(settings: ServingSettings): Promise<readonly string[] | null>;
  /** What is asked for and not given where this server runs. */
  notHonoured(settings: ServingSettings): readonly NotHonoured[];
}

/** What a served model was asked, and what it answered. */
export interface ServedRequest {
  readonly environment: string;
  readonly model: string;
  readonly version: number;
  /** `/v2/…` or `/invocations` */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly request: Uint8Array;
  readonly response: Uint8Array;
}

/** Keeps some of what served models are asked, where the project wants it. */
export interface RequestLogPort {
  wants(environment: string, model: string): boolean;
  record(request: ServedRequest): void;
}

/** The operators' token of this moment. */
export type OperatorToken = () => Promise<string>;

/** What every request meets first, whatever is asked. */
export interface ShellResources {
  readonly log: Logger;
  readonly now: () => Date;
  readonly networkOf: ReturnType<typeof clientNetworks>;
  readonly allowedHosts: ReadonlySet<string>;
  /** Cookies go over https alone. */
  readonly secureCookies: boolean;
  readonly pagePolicy?: PagePolicy | undefined;
  /** Of this process, for Prometheus. */
  readonly metrics: Metrics;
}

/** What the platform's API works with. */
export interface PlatformResources {
  readonly log: Logger;
  readonly users: SqlUsers;
  readonly userDoor: UserDoor;
  /** Undefined where no OpenID provider is named. */
  readonly organisation?: OrganisationDoor | undefined;
  readonly operatorToken: OperatorToken;
  readonly sharedToken: SharedToken;
  readonly audit: SqlAuditLog;
  readonly approvals: SqlApprovals;
  readonly runs: RunStore;
  readonly engine: PipelineEngine;
  readonly curves: TrackedCurves;
  readonly datasets: DatasetStore;
  readonly profiles: DatasetProfiles;
  readonly splits: DatasetSplits;
  readonly deletions: DatasetDeletions;
  /** Runs work beside which no bytes of datasets are removed. */
  readonly whileKept: <T>(work: () => Promise<T>) => Promise<T>;
  /** What the project says of the dataset of this name. */
  readonly aboutDataset: (dataset: string) => DatasetAbout;
  readonly validations: DatasetValidations;
  /** The rules that the project declares for the dataset of this name, as they are now. */
  readonly rulesOf: (dataset: string) => Promise<string | undefined>;
  readonly objects: ObjectStore;
  /** What steps in pods are given. */
  readonly steps: StepGrants;
  readonly registry: Pick<MirroredModelRegistry, 'list' | 'names' | 'inspect' | 'register' | 'setAlias'>;
  /** What the files of models say, and the signatures over them. */
  readonly descriptions: Pick<ModelDescriptions, 'of'>;
  readonly signed: Pick<SignedBundles, 'key' | 'look' | 'signature' | 'verify'>;
  readonly aliases: Pick<SqlModelAliases, 'add' | 'history'>;
  readonly releases: ReleaseStore;
  /** One for each model and environment that the project declares. */
  readonly controllers: Controllers<ControllerPort>;
  readonly environments: EnvironmentsPort;
  readonly served: ServedModelsPort;
  readonly requests: RequestLogPort;
  readonly sweeps: SweepsPort;
  readonly recurring: RecurringPort;
  readonly experiments: ExperimentsPort;
  /** How many people each experiment has; none where it is not among them. */
  readonly experimentPeople: (experiments: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly leader: LeaderPort;
  readonly metrics: Metrics;
  /** What this process does about a release that the leader changed. */
  readonly released?: () => Promise<void>;
  readonly lineage: LineageLine;
  readonly services: () => Promise<readonly ServiceHealth[]>;
  readonly facts: ServerFacts;
  /** Figures that a project adds to the status. */
  readonly figures?: () => Promise<Readonly<Record<string, number>>>;
}
