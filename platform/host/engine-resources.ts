import type { ObjectStore } from '@visavox/core/object-store';
import type { DatasetStore, RunStore, Tracker } from '@visavox/core/ports';
import type { Logger } from 'pino';
import type { LoadedProject } from './load-project.ts';
import type { PlatformSettings } from './settings.ts';

/** What the engines are made of. */
export interface EngineResources {
  /** Its folder is the code of runs that bring none. */
  readonly project: LoadedProject;
  readonly settings: PlatformSettings;
  readonly objects: ObjectStore;
  readonly runs: RunStore;
  readonly datasets: Pick<DatasetStore, 'get'>;
  readonly tracker: Tracker;
  readonly trackingUrl: string;
  /** The variables by which one task signs in at the tracking server; left out where it asks for no login. */
  readonly stepCredentials?: (task: string) => Readonly<Record<string, string>>;
  readonly log: Logger;
}
