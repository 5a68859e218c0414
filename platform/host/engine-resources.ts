import type { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import type { ObjectStore } from '@visavox/core/object-store';
import type { DatasetStore, RunStore, Tracker } from '@visavox/core/ports';
import type { Logger } from 'pino';
import type { PlatformSettings } from './settings.ts';

/** Where steps of pipelines find their programs and modules when they run on this machine. */
export interface StepSurroundings {
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a project says of its steps. */
export interface StepsOfProject {
  /** The folder of the project: where steps run. */
  readonly root: string;
  readonly stepSurroundings: ((where: { root: string; setup: string }) => StepSurroundings) | undefined;
  /** Folders whose sources are the code of a run; all of the project when left out. */
  readonly code: readonly string[] | undefined;
  /** Files that pin the packages that steps use; those that are usual when left out. */
  readonly locks: readonly string[] | undefined;
}

/** What the engines are made of. */
export interface EngineResources {
  /** Its folder is the code of runs that bring none. */
  readonly project: StepsOfProject;
  readonly settings: PlatformSettings;
  readonly objects: ObjectStore;
  readonly runs: RunStore;
  readonly datasets: Pick<DatasetStore, 'get'>;
  readonly tracker: Tracker;
  readonly trackingUrl: string;
  /** The variables by which one task signs in at the tracking server; left out where it asks for no login. */
  readonly stepCredentials?: (task: string) => Readonly<Record<string, string>>;
  /** What steps in pods show themselves by. */
  readonly stepTokens?: StepTokens;
  readonly log: Logger;
}
