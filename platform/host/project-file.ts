import { readFile } from 'node:fs/promises';
import { type MetricRule, metricGate } from '@visavox/control/metric-gate';
import type { Trigger } from '@visavox/control/trigger';
import { newDatasetVersion } from '@visavox/control/triggers/new-dataset-version';
import { schedule } from '@visavox/control/triggers/schedule';
import { thresholds } from '@visavox/control/triggers/thresholds';
import { UserError } from '@visavox/core/errors';
import { Parameter } from '@visavox/core/run';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { DeclaredDataset, EnvironmentOfModel, firstIssue } from './check-project.ts';
import type { ModelDeclaration, ProjectDeclaration } from './project.ts';

const TriggerInWords = z.union([
  z.strictObject({ newVersion: z.string() }),
  z.strictObject({ newItems: z.number().int().positive() }),
  z.strictObject({ schedule: z.string(), timezone: z.string().optional() }),
]);

const Rule = z.strictObject({
  better: z.enum(['lower', 'higher']),
  tolerance: z.number().nonnegative().optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
});

const ModelInWords = z.strictObject({
  pipeline: z.string().min(1),
  dataset: z.string(),
  output: z.string().optional(),
  environments: z
    .array(z.union([z.string(), EnvironmentOfModel]))
    .min(1)
    .optional(),
  triggers: z.array(TriggerInWords).default([]),
  retryAfterSeconds: z.number().nonnegative().optional(),
  gate: z
    .record(z.string(), Rule)
    .refine((gate) => Object.keys(gate).length > 0, 'expected a metric at least'),
});

const PipelineInWords = z.strictObject({
  pipeline: z.string().min(1),
  parameters: z.record(z.string(), Parameter).optional(),
  triggers: z.array(TriggerInWords).default([]),
  useCache: z.boolean().optional(),
});

const ProjectInWords = z.strictObject({
  name: z.string(),
  models: z.record(z.string(), ModelInWords).optional(),
  pipelines: z.record(z.string(), PipelineInWords).optional(),
  datasets: z.record(z.string(), DeclaredDataset).optional(),
  pages: z.string().optional(),
  code: z.array(z.string()).optional(),
  locks: z.array(z.string()).optional(),
});

/**
 * What a project declares in `visavox.config.yaml`, for whoever writes no TypeScript: what data can say of it. Names are those
 * of {@link ProjectDeclaration}; a model's gate is a rule for each metric, as `metricGate(...)` takes them. Throws a UserError
 * `config_invalid` that names the line or the key.
 */
export async function readProjectFile(file: string): Promise<ProjectDeclaration<never>> {
  const document = parseDocument(await readFile(file, 'utf8'));
  const [broken] = document.errors;
  if (broken) throw invalid(file, broken.message.split('\n')[0] ?? broken.message);
  const parsed = ProjectInWords.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = firstIssue(parsed.error);
    const at = issue?.path.map(String).join('.');
    throw invalid(file, `${at ? `"${at}": ` : ''}${issue?.message}`);
  }
  const { models, pipelines, datasets, ...rest } = parsed.data;
  return {
    ...present(rest),
    ...(pipelines && {
      pipelines: Object.fromEntries(
        Object.entries(pipelines).map(([name, { triggers, ...pipeline }]) => [
          name,
          { ...present(pipeline), triggers: triggers.map(triggerOf) },
        ]),
      ),
    }),
    ...(datasets && {
      datasets: Object.fromEntries(
        Object.entries(datasets).map(([name, { retention, ...one }]) => [
          name,
          { ...present(one), ...(retention && { retention: present(retention) }) },
        ]),
      ),
    }),
    ...(models && {
      models: Object.fromEntries(Object.entries(models).map(([name, model]) => [name, declared(model)])),
    }),
  };
}

function declared({
  triggers,
  gate,
  environments,
  ...model
}: z.infer<typeof ModelInWords>): ModelDeclaration {
  const places = environments?.map((one) => (typeof one === 'string' ? one : present(one)));
  const rules = Object.entries(gate).map(([metric, rule]): [string, MetricRule] => [metric, present(rule)]);
  return {
    ...present({ ...model, environments: places }),
    triggers: triggers.map(triggerOf),
    gate: metricGate(Object.fromEntries(rules)),
  };
}

function triggerOf(trigger: z.infer<typeof TriggerInWords>): Trigger {
  if ('newVersion' in trigger) return newDatasetVersion(trigger.newVersion);
  if ('newItems' in trigger) return thresholds({ items: trigger.newItems });
  return schedule(trigger.schedule, present({ timezone: trigger.timezone }));
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what was left out. */
function present<T extends object>(given: T): Present<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Present<T>;
}

function invalid(file: string, message: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'config_invalid',
    message: `${file}: ${message}`,
    action: 'Correct it; nothing was started.',
  });
}
