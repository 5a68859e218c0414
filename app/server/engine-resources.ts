import type { ObjectStore } from '@visavox/core/object-store';
import type { DatasetStore, RunStore, Tracker } from '@visavox/core/ports';
import type { Logger } from 'pino';
import type { Settings } from './settings.ts';

/** What the engines are made of. */
export interface EngineResources {
  /** The repository: where steps run and what a run's code digest covers. */
  readonly root: string;
  readonly settings: Settings;
  readonly objects: ObjectStore;
  readonly runs: RunStore;
  readonly datasets: Pick<DatasetStore, 'get'>;
  readonly tracker: Tracker;
  readonly trackingUrl: string;
  readonly log: Logger;
}
