import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from '@visavox/api/api-env';
import type { GatePolicy } from '@visavox/control/gate';
import type { TrainingSubject } from '@visavox/control/training-subject';
import type { Trigger } from '@visavox/control/trigger';
import type { ProductionTestPlan } from '@visavox/core/experiment';
import type { LineageKind } from '@visavox/core/lineage-kinds';
import type { ModelRegistry, ReleaseTarget } from '@visavox/core/ports';
import type { Parameter } from '@visavox/core/run';
import type { OpenEngine } from '@visavox/pipelines/engines';
import type { PipelineNode } from '@visavox/pipelines/nodes';
import type { z } from 'zod';
import type { Application } from './application.ts';
import type { EngineResources, StepSurroundings } from './engine-resources.ts';
import type { Platform } from './platform.ts';
import type { Environment, PlatformSettings } from './settings.ts';

/** A module is loaded where it is needed, so that a command which does not need it starts quickly. */
export type Lazy<T> = () => Promise<T>;

/** What a training stands on, beside what is open on the platform. */
export interface TrainingGrounds {
  /** The model's pipeline, compiled. */
  readonly pipelineSpec: unknown;
  readonly registry: ModelRegistry;
  /** Where what comes out is released. */
  readonly environment: string;
}

/** Where releases of a model serve, and what one has to pass before. */
export interface EnvironmentDeclaration {
  readonly name: string;
  /** An environment before it, in which a version has to have served. */
  readonly after?: string;
  /**
   * A command of the project, which runs in its folder beside the model that was brought up: `VISAVOX_MODEL_URL` is where it
   * answers over the Open Inference Protocol (`/v2` follows), `VISAVOX_MODEL`, `VISAVOX_MODEL_VERSION` and `VISAVOX_ENVIRONMENT`
   * say which it is. It accepts the release by ending with 0; what it wrote last is the reason otherwise.
   */
  readonly accept?: readonly string[];
  /** How long it may take; 600 unless given. */
  readonly acceptWithinSeconds?: number;
  /**
   * Whether what it is asked and answers is logged, for monitoring: a share of all requests (above 0, 1 for all), in which the
   * values of the columns and tensors that `mask` names are hidden. Nothing is logged unless given.
   */
  readonly logRequests?: { readonly sample: number; readonly mask?: readonly string[] | undefined };
  /**
   * A test that what passed the gate has to pass here beside the champion, in shadow or as an A/B test, before it serves
   * (docs/experiments.md). Without it the gate decides.
   */
  readonly experiment?: z.input<typeof ProductionTestPlan>;
  /** `second-person`: what would serve here is asked for, and another user than the one who asked approves it. */
  readonly approval?: 'second-person';
  /** How many servers answer: `min` of them (1 unless given), and up to `max` where a cluster scales them. */
  readonly replicas?: { readonly min?: number | undefined; readonly max?: number | undefined };
  /** Of each server, as Kubernetes has them: `cpu: '500m'`, `memory: '2Gi'`. */
  readonly resources?: { readonly cpu?: string | undefined; readonly memory?: string | undefined };
  /** What the model finds in its environment variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Variables whose values are the server's own environment variables (on a cluster: keys of a Secret), by name: a list, or what
   * they are called there, as in `{ API_TOKEN: 'PRODUCTION_API_TOKEN' }`. What is not set keeps a release from going out.
   */
  readonly secrets?: readonly string[] | Readonly<Record<string, string>>;
}

/** A model that trains and is released by itself. */
export interface ModelDeclaration {
  /**
   * Compiled before anything is opened; `subject` is given what it compiles to. A text is a file of the project: a pipeline of
   * the kfp SDK (`pipeline.py`), or one that is compiled already (`.yaml`, `.json`).
   */
  readonly pipeline: PipelineNode | string;
  /** Where its releases serve, the most important one last; `production` unless given. */
  readonly environments?: readonly (string | EnvironmentDeclaration)[];
  /**
   * The name of the dataset whose newest version it is trained on, which the pipeline's one parameter of the type
   * `dataset-version` is given. In the place of `subject`: what is new are `items`.
   */
  readonly dataset?: string;
  /** With `dataset`: what of a run is the model, as `TASK/OUTPUT`; its only output of the type `model` unless given. */
  readonly output?: string;
  /** The names under which `subject` counts what is new, for triggers that wait for so many of it. */
  readonly counts?: readonly string[];
  /** When to train again; by hand alone where it is left out. */
  readonly triggers?: readonly Trigger[] | ((platform: Platform) => readonly Trigger[]);
  /** How long it is left alone after a training that failed; 120 unless given. */
  readonly retryAfterSeconds?: number;
  /** What a candidate has to be, against the champion, to be released. */
  readonly gate: GatePolicy;
  /** The same for a model that came with the software. */
  readonly offerGate?: GatePolicy;
  /** What is trained on and what a training made of it, where a dataset's name does not say it all. */
  readonly subject?: (platform: Platform, training: TrainingGrounds) => TrainingSubject;
  /**
   * What happens before and after a release takes traffic. Unless given, its networks answer over the Open Inference
   * Protocol at `/api/v1/serving/ENVIRONMENT/MODEL`.
   */
  readonly target?: (platform: Platform, environment: string) => ReleaseTarget;
  /** How many requests there were a day over the last week, where an environment's `experiment` asks for a least number. */
  readonly requestsPerDay?: (platform: Platform, environment: string) => Promise<number>;
}

/** A pipeline that runs by itself, whether or not a model comes of it: a nightly import, a report, a check. */
export interface PipelineDeclaration {
  /** As a model's: a pipeline, or a file of the project. */
  readonly pipeline: PipelineNode | string;
  /** What it is given; a dataset by its name is the newest version at that time. */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** When it runs: `schedule(...)`, `newDatasetVersion(...)`, or the project's own. By hand alone where there are none. */
  readonly triggers?: readonly Trigger[];
  /** Steps that ran with the same inputs before are left out; they run again unless it is true. */
  readonly useCache?: boolean;
}

/** What holds for the versions of a dataset. */
export interface DatasetDeclaration {
  /** A file of the project with a schema of Pandera, as YAML or JSON: what breaks it is refused when it is imported. */
  readonly rules?: string;
  /** A version that neither keeps is deleted: the `newest` ones, and those younger than so many `days`. All unless given. */
  readonly retention?: { readonly newest?: number; readonly days?: number };
  /** For its metadata (`visavox data croissant`): an address, or a name of SPDX's list. */
  readonly license?: string;
  readonly creator?: string;
  readonly description?: string;
}

/** An engine that pipelines may run on, beside the local one and Kubeflow. */
export type EngineFactory = (resources: EngineResources) => Promise<OpenEngine>;

export interface ProjectDeclaration<Plugin = unknown> {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** By name, as in references: `recogniser:3`. */
  readonly models?: Readonly<Record<string, ModelDeclaration | Lazy<{ readonly default: ModelDeclaration }>>>;
  /** Pipelines that run by themselves, by name. */
  readonly pipelines?: Readonly<Record<string, PipelineDeclaration>>;
  /** By the name of the dataset. */
  readonly datasets?: Readonly<Record<string, DatasetDeclaration>>;
  /** When models train again, by the model's name: in the place of the model's own triggers. */
  readonly triggers?: Readonly<Record<string, readonly Trigger[]>>;
  /** The kinds that a trace knows beside the platform's own. */
  readonly lineage?: readonly LineageKind[];
  /** Routes of the API beside the platform's own; operators and others reach them alike, so guard them. */
  readonly routes?: Lazy<{ readonly default: (app: OpenAPIHono<ApiEnv>, platform: Platform) => void }>;
  /**
   * A folder of built pages (`index.html`, `assets/`), which are served to everybody at every address but the API's; the
   * platform's console keeps `/console`.
   */
  readonly pages?: string;
  /** Commands beside the platform's own. */
  readonly commands?: readonly Lazy<{ readonly plugin: Plugin }>[];
  /** By the name that a run asks for. */
  readonly engines?: Readonly<Record<string, EngineFactory>>;
  /** For steps that run on this machine; `node_modules/.bin` and set-up's Python unless given. */
  readonly steps?: Lazy<{
    /** `root`: the folder of a step's code, which is a snapshot of the project's. */
    readonly stepSurroundings: (where: { root: string; setup: string }) => StepSurroundings;
  }>;
  /** Folders whose sources are in the images of steps; all of the project unless given. */
  readonly code?: readonly string[];
  /** Files that pin the packages that steps use. */
  readonly locks?: readonly string[];
  /** Files below the folder of set-up that it needs, by what they are called for people; `visavox doctor` looks for them. */
  readonly needs?: Readonly<Record<string, string>>;
  /** A server of its own around the platform: its tables, services, pages and API. */
  readonly application?: Lazy<{
    readonly application: (environment: Environment, settings: PlatformSettings) => Application;
  }>;
}
