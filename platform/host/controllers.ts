import { randomUUID } from 'node:crypto';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import type { ControllerPort } from '@visavox/api/resources';
import { Controller } from '@visavox/control/controller';
import type { TriggerRule } from '@visavox/control/trigger';
import { UserError } from '@visavox/core/errors';
import type { ModelRegistry, PipelineEngine } from '@visavox/core/ports';
import type { LoadedModel, LoadedProject } from './load-project.ts';
import type { Platform } from './platform.ts';
import { pluginFailed } from './plugin-fault.ts';

/** By hand alone. */
const noTriggers: TriggerRule = { thresholds: {}, retryAfterSeconds: 0 };

/** One for each model and environment that the project declares. */
export function openControllers(
  platform: Platform,
  models: readonly LoadedModel[],
  resources: { readonly engine: PipelineEngine; readonly registry: ModelRegistry },
): Controller[] {
  const { database, log, releases, now } = platform;
  return models.flatMap((model) =>
    model.environments.map(
      (environment) =>
        new Controller({
          ...{ environment, releases, now, ...resources },
          rule: made(model, 'triggers', () => triggersOf(model, platform)),
          policy: model.gate,
          ...(model.offerGate && { offerPolicy: model.offerGate }),
          subject: made(model, 'subject', () =>
            model.subject(platform, { pipelineSpec: model.pipelineSpec, registry: resources.registry }),
          ),
          target: made(model, 'target', () => model.target(platform)),
          state: new SqlControlState(database.db),
          exclusively: databaseLock(database, 'visavox controller'),
          newId: randomUUID,
          report: (event, details) => log.info(details, event),
        }),
    ),
  );
}

function made<T>({ name }: LoadedModel, part: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw pluginFailed(`models.${name}.${part}`, cause);
  }
}

function triggersOf(
  { projectTriggers, triggers = noTriggers }: LoadedModel,
  platform: Platform,
): TriggerRule {
  return projectTriggers ?? (typeof triggers === 'function' ? triggers(platform) : triggers);
}

/**
 * What the controllers remember is under one key so far: a second one would read the first one's training. Refused until
 * it is kept by model and environment.
 */
export function requireOneController({ served }: Pick<LoadedProject, 'served'>): void {
  if (served.length <= 1) return;
  throw new UserError({
    kind: 'invalid',
    code: 'several_models',
    message: `the project declares ${served.length} models and environments that train by themselves; this version follows one`,
    action: 'Declare one model with one environment in visavox.config.ts.',
  });
}

/** For a project that declares no model: nothing trains by itself, and nothing is released. */
export const noController: ControllerPort = {
  tick: async () => undefined,
  retrainNow: refuse,
  rollback: refuse,
  propose: refuse,
  promote: refuse,
  setPaused: refuse,
  progress: async () => ({
    ...{ counts: {}, thresholds: {}, training: null, lastFailure: null, paused: false },
  }),
};

async function refuse(): Promise<never> {
  throw new UserError({
    kind: 'not-found',
    code: 'no_model_declared',
    message: 'this project declares no model',
    action: 'Declare one under "models" in visavox.config.ts, and start the server again.',
  });
}
