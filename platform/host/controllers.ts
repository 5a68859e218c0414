import { randomUUID } from 'node:crypto';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import { Controller } from '@visavox/control/controller';
import { stateKey } from '@visavox/control/controller-state';
import { Controllers } from '@visavox/control/controllers';
import type { Experiments } from '@visavox/control/experiments/experiments';
import { productionTest } from '@visavox/control/experiments/production-test';
import type { TrainingSubject } from '@visavox/control/training-subject';
import type { Trigger } from '@visavox/control/trigger';
import type { ModelRegistry, PipelineEngine } from '@visavox/core/ports';
import { withAcceptance } from './acceptance.ts';
import { datasetTraining } from './dataset-training.ts';
import type { LoadedModel } from './load-project.ts';
import type { ModelEnvironments } from './model-environments.ts';
import type { Platform } from './platform.ts';
import { pluginFailed } from './plugin-fault.ts';
import type { TrainingGrounds } from './project.ts';
import type { ServedModels } from './served-models.ts';
import { verified } from './verified-releases.ts';

/** Trainings that fail are expensive, and what made them fail is seldom gone at once. */
const retryAfterSeconds = 120;

interface OpenedForControllers {
  readonly engine: PipelineEngine;
  readonly registry: ModelRegistry;
  /** Where releases of models serve that have no target of their own. */
  readonly served: Pick<ServedModels, 'target' | 'urlOf'>;
  readonly experiments: Pick<Experiments, 'begin' | 'of' | 'running'>;
  readonly environments: Pick<ModelEnvironments, 'current' | 'requiringSecrets'>;
}

/** One for each model and environment that the project declares. */
export function openControllers(
  platform: Platform,
  models: readonly LoadedModel[],
  resources: OpenedForControllers,
): Controllers {
  const report = (event: string, details: Record<string, unknown>) => platform.log.info(details, event);
  const controllers = models.flatMap((model) =>
    model.environments.map((environment) =>
      openController(platform, { ...resources, model, environment, report }),
    ),
  );
  return new Controllers(controllers, report);
}

function made<T>({ name }: LoadedModel, part: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw pluginFailed(`models.${name}.${part}`, cause);
  }
}

function openController(
  platform: Platform,
  {
    model,
    environment,
    registry,
    engine,
    served,
    experiments,
    environments,
    report,
  }: OpenedForControllers & {
    readonly model: LoadedModel;
    readonly environment: string;
    readonly report: (event: string, details: Record<string, unknown>) => void;
  },
): Controller {
  const { database, datasets, releases, signed, approvals, now } = platform;
  const { approval } = model.rules.get(environment) ?? {};
  const declared = environments.current(model.name, environment);
  const experiment = declared?.settings.policies.experiment;
  return new Controller({
    ...{ model: model.name, environment, registry, engine, datasets, releases, now, report },
    ...(declared && { settings: declared.digest }),
    // The environments of a model lead to the last one, and its champion is what others find in the registry.
    setsAlias: environment === model.environments.at(-1),
    counts: model.counts ?? [],
    triggers: made(model, 'triggers', () => triggersOf(model, platform)),
    retryAfterSeconds: model.retryAfterSeconds ?? retryAfterSeconds,
    policy: model.gate,
    ...(model.offerGate && { offerPolicy: model.offerGate }),
    subject: made(model, 'subject', () => subjectOf(model, platform, { registry, environment })),
    target: environments.requiringSecrets(
      withAcceptance(
        verified(
          made(model, 'target', () => model.target?.(platform, environment) ?? served.target),
          signed,
        ),
        model.rules.get(environment) ?? {},
        {
          ...{ releases, report, root: platform.project.root, setup: platform.settings.setup },
          urlOf: async (release) => (model.target ? undefined : served.urlOf(release)),
        },
      ),
    ),
    ...(experiment && {
      productionTest: productionTest({
        ...{ experiments, place: { model: model.name, environment } },
        plan: experiment,
        requestsPerDay: model.requestsPerDay?.bind(model, platform, environment),
      }),
    }),
    ...(approval === 'second-person' && {
      askApproval: async (release, wish) => void (await approvals.ask(release, wish)),
    }),
    state: new SqlControlState(database.db),
    exclusively: databaseLock(database, `visavox ${stateKey(environment, model.name)}`),
    newId: randomUUID,
  });
}

function subjectOf(
  { name, subject, dataset = name, output, pipelineSpec }: LoadedModel,
  platform: Platform,
  grounds: Omit<TrainingGrounds, 'pipelineSpec'>,
): TrainingSubject {
  if (subject) return subject(platform, { pipelineSpec, ...grounds });
  return datasetTraining({ ...platform, ...grounds, model: name, dataset, output, pipelineSpec });
}

/** By hand alone where there are none. */
function triggersOf({ projectTriggers, triggers = [] }: LoadedModel, platform: Platform): readonly Trigger[] {
  return projectTriggers ?? (typeof triggers === 'function' ? triggers(platform) : triggers);
}
