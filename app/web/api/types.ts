/** What the server answers, as the pages use it. */
export type Decision = 'accept' | 'reject' | 'step_up';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly enrolledAt: string;
  readonly samples: { readonly face: number; readonly voice: number };
}

export interface CaptureVerdict {
  readonly ok: boolean;
  readonly quality: Readonly<Record<string, number>>;
  readonly hints: readonly string[];
}

export interface Challenge {
  readonly id: string;
  readonly digits: string;
  readonly expiresAt: string;
}

export interface AttemptAnswer {
  readonly id: string;
  readonly decision: Decision;
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly servedBy: { readonly model: string; readonly version: number };
  readonly reasons: readonly string[];
}

export interface Session {
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly operator: boolean;
}

export interface Service {
  readonly name: string;
  readonly healthy: boolean;
  readonly url?: string | null;
}

export interface ServingModel {
  readonly model: string;
  readonly version: number;
  readonly release: string;
}

export interface Status {
  readonly services: readonly Service[];
  readonly environments: readonly {
    readonly name: string;
    readonly champion: ServingModel | null;
    readonly challenger: ServingModel | null;
  }[];
  readonly people: number;
  readonly samples: number;
}

export interface Overview {
  readonly people: number;
  readonly samples: number;
  readonly attempts: readonly {
    readonly day: string;
    readonly decision: Decision;
    readonly count: number;
  }[];
  readonly champion: { readonly model: string; readonly version: number; readonly since: string } | null;
  readonly pending: {
    readonly newPeople: number;
    readonly newSamples: number;
    readonly thresholds: { readonly people: number; readonly samples: number };
    readonly training: { readonly run: string; readonly trigger: string } | null;
    readonly lastFailure: { readonly run: string; readonly at: string; readonly reason: string } | null;
  };
}

export type RunState = 'pending' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled';
export type TaskState = 'pending' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'skipped';

export interface RunSummary {
  readonly id: string;
  readonly pipeline: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly trigger: string;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

export interface Artifact {
  readonly name: string;
  readonly digest: string;
  readonly bytes: number;
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Bindings {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly artifacts: Readonly<Record<string, readonly Artifact[]>>;
}

export interface Task {
  readonly name: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly cached: boolean;
  readonly inputs: Bindings;
  readonly outputs: Bindings;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly reason: string | null;
  readonly cpuSeconds: number | null;
}

export interface Run extends RunSummary {
  readonly engine: string;
  readonly trackingRun: string | null;
  readonly pins: {
    readonly pipeline: string;
    readonly code: string;
    readonly environment: string;
    readonly datasets: readonly string[];
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly seed: number;
  };
  readonly tasks: readonly Task[];
}

export type ReleaseStage = 'preparing' | 'shadow' | 'canary' | 'champion' | 'retired' | 'held-back';

export interface Release {
  readonly id: string;
  readonly environment: string;
  readonly model: string;
  readonly version: number;
  readonly bundle: string;
  readonly stage: ReleaseStage;
  readonly reason: string;
  readonly createdAt: string;
  readonly promotedAt: string | null;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly bundle: string;
  readonly run: string | null;
  readonly createdAt: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TraceNode {
  readonly kind: string;
  readonly id: string;
  readonly label?: string;
}

export interface Trace {
  readonly nodes: readonly TraceNode[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly relation: string }[];
}
