import type { Answer } from '@visavox/api/api-env';
import type { PagePolicy } from '@visavox/api/guards';
import type { Checks } from '@visavox/api/health';
import type { PlatformAppResources } from '@visavox/api/platform-app';
import type { ServiceHealth } from '@visavox/api/resources';
import type { Experiments } from '@visavox/control/experiments/experiments';
import type { LineageSource } from '@visavox/core/lineage';
import type { ModelRegistry } from '@visavox/core/ports';
import type { Migration } from 'kysely';
import type { Afterwards, Platform } from './platform.ts';

/** Done again and again; what fails is logged and tried again. */
export interface Repeated {
  /** For the log: `keeping the champion up`. */
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<void>;
}

/** A server that a project puts around the platform. */
export interface Application {
  /** Its tables, after the platform's. */
  readonly migrations?: Readonly<Record<string, Migration>>;
  readonly pagePolicy?: PagePolicy;
  /** Opens what it needs beside the platform. What it hands to `afterwards` is closed before the platform is. */
  open(platform: Platform, afterwards: Afterwards, beside: Beside): Promise<OpenApplication>;
}

/** What there is beside the open platform by then. */
export interface Beside {
  readonly experiments: Pick<Experiments, 'record' | 'expose'>;
}

/** What an open application adds; all of it may be left out. */
export interface OpenApplication {
  /** Answers requests in the place of the platform's own application. */
  readonly createApp?: (resources: PlatformAppResources & { readonly url: string }) => {
    readonly fetch: Answer;
  };
  readonly lineage?: readonly LineageSource[];
  /** What must hold, beside what the platform needs, before a process that serves is given work. */
  readonly checks?: Checks;
  readonly services?: () => readonly ServiceHealth[];
  /** Figures for the status. */
  readonly figures?: () => Promise<Readonly<Record<string, number>>>;
  /** After the leader changed a release, on the process that was asked to. */
  readonly released?: () => Promise<void>;
  /** By each process that serves. */
  readonly whileServing?: readonly Repeated[];
  /** By the one process that leads. */
  readonly whileLeading?: readonly Repeated[];
  /** Once before the first training, as soon as the registry answers. */
  readonly prepareRegistry?: (registry: ModelRegistry) => Promise<void>;
}
