import type { Digest } from '@visavox/core/digest';
import type {
  DatasetStore,
  ModelRegistry,
  PipelineEngine,
  ReleaseStore,
  ReleaseTarget,
} from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { ProductionTest } from './experiments/production-test.ts';
import type { GatePolicy } from './gate.ts';
import type { TrainingSubject } from './training-subject.ts';
import type { Trigger } from './trigger.ts';

/** Where controllers remember what they are in the middle of. `set` is durable when it returns. */
export interface ControlState {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

/** What the controller of one model in one environment works with. */
export interface ControllerResources {
  readonly model: string;
  readonly environment: string;
  /** The registry's alias `champion` follows this environment: true for one environment of a model at most. */
  readonly setsAlias: boolean;
  /** The version of the environment's settings that a new release goes out with. */
  readonly settings?: Digest | undefined;
  /** The names under which its subject counts what is new. */
  readonly counts: readonly string[];
  readonly triggers: readonly Trigger[];
  /** How long a training is left alone after one that failed. */
  readonly retryAfterSeconds: number;
  readonly policy: GatePolicy;
  /** What a training from an offered model is judged by; too few units to judge by do not keep it back. */
  readonly offerPolicy?: GatePolicy;
  readonly subject: TrainingSubject;
  readonly state: ControlState;
  readonly engine: Pick<PipelineEngine, 'submit' | 'get'>;
  readonly datasets: Pick<DatasetStore, 'latest'>;
  readonly releases: ReleaseStore;
  readonly target: ReleaseTarget;
  readonly registry: Pick<ModelRegistry, 'register' | 'get' | 'setAlias'>;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Keeps the same work of other processes out, where there are others. */
  readonly exclusively?: <T>(work: () => Promise<T>) => Promise<T>;
  /** What a candidate has to pass beside the champion before it serves, where it has to. */
  readonly productionTest?: ProductionTest;
  /** Asks a second person for what would be made champion, where one has to agree. */
  readonly askApproval?: (
    release: Release,
    wish: { readonly by: string; readonly reason: string; readonly champion: string | null },
  ) => Promise<void>;
  /** Told what happened, once a step: for the log. */
  readonly report: (event: string, details: Record<string, unknown>) => void;
}
