import { GatePolicy } from '@visavox/control/gate';
import { Retention } from '@visavox/core/dataset-tombstone';
import {
  Replicas,
  Secrets,
  ServingResources,
  SettingName,
  VariableName,
} from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import { ProductionTestPlan } from '@visavox/core/experiment';
import { Parameter, taskOutput } from '@visavox/core/run';
import { z } from 'zod';
import type { ModelDeclaration, ProjectDeclaration } from './project.ts';

const Callable = z.custom((value) => typeof value === 'function', 'expected a function');
const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name has lower-case letters, digits and hyphens');
/** Models are named as the registry names them. */
const ModelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'a name has letters, digits, and "-", "_" or "." between them');

/** As `thresholds(...)`, `schedule(...)` and `newDatasetVersion(...)` make them, or one of the project's own. */
const Trigger = z.looseObject({ name: z.string().min(1), due: Callable });

const Kind = z.strictObject({
  name: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  aliases: z.array(z.string()).optional(),
});

export const EnvironmentOfModel = z.strictObject({
  name: Name,
  after: z.string().optional(),
  accept: z.array(z.string().min(1)).min(1).optional(),
  acceptWithinSeconds: z.number().positive().optional(),
  logRequests: z
    .strictObject({ sample: z.number().gt(0).max(1), mask: z.array(z.string().min(1)).optional() })
    .optional(),
  approval: z.literal('second-person').optional(),
  experiment: ProductionTestPlan.optional(),
  replicas: Replicas.optional(),
  resources: ServingResources.optional(),
  variables: z.record(VariableName, z.string('expected a text; put numbers in quotes')).optional(),
  secrets: z
    .union(
      [z.array(VariableName.pipe(SettingName)).min(1), Secrets],
      'expected names, as a list or by variable',
    )
    .optional(),
});

const PipelineOrFile = z.custom(
  (value) => isPipeline(value) || isPipelineFile(value),
  'expected a pipeline, as pipeline(...) makes one, or its file: pipeline.py or compiled .yaml',
);

const Pipeline = z.strictObject({
  pipeline: PipelineOrFile,
  parameters: z.record(z.string(), Parameter).optional(),
  triggers: z.array(Trigger).optional(),
  useCache: z.boolean().optional(),
});

const Model = z
  .strictObject({
    pipeline: PipelineOrFile,
    environments: z
      .array(z.union([Name, EnvironmentOfModel]))
      .min(1)
      .optional(),
    dataset: Name.optional(),
    output: z.string().regex(taskOutput.pattern, taskOutput.expected).optional(),
    counts: z.array(z.string().min(1)).optional(),
    triggers: Callable.or(z.array(Trigger)).optional(),
    retryAfterSeconds: z.number().nonnegative().optional(),
    gate: GatePolicy,
    offerGate: GatePolicy.optional(),
    subject: Callable.optional(),
    target: Callable.optional(),
    requestsPerDay: Callable.optional(),
  })
  .superRefine((model, { addIssue }) => {
    const wrong = trainedOnFault(model) ?? environmentsFault(model.environments) ?? settingsFault(model);
    if (wrong) addIssue({ code: 'custom', ...wrong });
  });

export const DeclaredDataset = z.strictObject({
  rules: z.string().min(1).optional(),
  retention: Retention.optional(),
  license: z.string().min(1).optional(),
  creator: z.string().min(1).optional(),
  description: z.string().min(1).optional(),
});

const Declaration = z.strictObject({
  name: Name,
  models: z.record(ModelName, z.unknown()).optional(),
  pipelines: z.record(Name, Pipeline).optional(),
  datasets: z.record(Name, DeclaredDataset).optional(),
  triggers: z.record(z.string(), z.array(Trigger)).optional(),
  lineage: z.array(Kind).optional(),
  routes: Callable.optional(),
  pages: z.string().min(1).optional(),
  commands: z.array(Callable).optional(),
  engines: z.record(Name, Callable).optional(),
  steps: Callable.optional(),
  code: z.array(z.string().min(1)).optional(),
  locks: z.array(z.string().min(1)).optional(),
  needs: z.record(z.string().min(1), z.string().min(1)).optional(),
  application: Callable.optional(),
});

/** Throws `config_invalid` with the key that is wrong. */
export function checkDeclaration(given: ProjectDeclaration): ProjectDeclaration {
  parse(Declaration, given, '');
  const { models = {}, triggers = {}, engines = {} } = given;
  const names = Object.keys(models);
  for (const [at, name] of names.entries()) {
    // References and addresses are typed by people: two names that differ in case alone are one to them.
    const earlier = names.slice(0, at).find((other) => other.toLowerCase() === name.toLowerCase());
    if (earlier) throw invalidProject(`two models have one name: "${earlier}" and "${name}"`);
  }
  const stray = Object.keys(triggers).find((name) => !names.includes(name));
  if (stray !== undefined)
    throw invalidProject(
      `"triggers" names the model "${stray}", which is not among the models (${names.join(', ') || 'there are none'})`,
    );
  const taken = ['local', 'kubeflow'].find((name) => name in engines);
  if (taken) throw invalidProject(`an engine named "${taken}" is there already`);
  return given;
}

export function checkModel(name: string, given: unknown): ModelDeclaration {
  parse(Model, given, `models.${name}`);
  return given as ModelDeclaration;
}

function parse(schema: z.ZodType, given: unknown, place: string): void {
  const parsed = schema.safeParse(given);
  if (parsed.success) return;
  const issue = firstIssue(parsed.error);
  const at = [place, ...(issue?.path ?? []).map(String)].filter(Boolean).join('.');
  if (issue?.code === 'unrecognized_keys') {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    throw invalidProject(
      `${at === '' ? '' : `"${at}": `}there is no key "${issue.keys[0]}"${at === place && known.length > 0 ? `; there are ${known.join(', ')}` : ''}`,
    );
  }
  throw invalidProject(`"${at}": ${issue?.message}`);
}

/** Each is named once, and comes after one that is named before it. */
function environmentsFault(
  environments: readonly (string | z.infer<typeof EnvironmentOfModel>)[] = [],
): { path: string[]; message: string } | undefined {
  const before: string[] = [];
  for (const [index, given] of environments.entries()) {
    const { name, after } = typeof given === 'string' ? { name: given, after: undefined } : given;
    const path = ['environments', String(index)];
    if (before.includes(name)) return { path, message: `there are two called ${name}` };
    if (after !== undefined && !before.includes(after))
      return { path, message: `it comes after "${after}", which is not one of those before it` };
    before.push(name);
  }
  return undefined;
}

/** What is said of servers holds where the platform starts them, and each variable has one value. */
function settingsFault({
  environments = [],
  target,
}: {
  environments?: readonly (string | z.infer<typeof EnvironmentOfModel>)[] | undefined;
  target?: unknown;
}): { path: string[]; message: string } | undefined {
  for (const [index, one] of environments.entries()) {
    if (typeof one === 'string') continue;
    const path = ['environments', String(index)];
    const ofServers = (['replicas', 'resources', 'variables', 'secrets'] as const).find(
      (key) => one[key] !== undefined,
    );
    if (target !== undefined && ofServers)
      return {
        path: [...path, ofServers],
        message: 'a model with a `target` of its own has servers of its own',
      };
    const { variables = {}, secrets = {} } = one;
    const twice = (Array.isArray(secrets) ? secrets : Object.keys(secrets)).find((name) => name in variables);
    if (twice) return { path: [...path, 'secrets'], message: `${twice} is among the variables as well` };
  }
  return undefined;
}

/**
 * What is wrong, at the place where it is: of several forms that something may have, the one counts that it comes closest to, which
 * is the one whose fault lies deepest and of which nothing is missing.
 */
export function firstIssue({ issues }: Pick<z.core.$ZodError, 'issues'>): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const [closest] = issue.errors
    .flatMap((one) => firstIssue({ issues: one }) ?? [])
    .filter(({ message }) => !message.endsWith('received undefined'))
    .sort((a, b) => b.path.length - a.path.length || Number(isKeys(b)) - Number(isKeys(a)));
  if (!closest || (closest.path.length === 0 && !isKeys(closest))) return issue;
  return { ...closest, path: [...issue.path, ...closest.path] };
}

const isKeys = ({ code }: z.core.$ZodIssue) => code === 'unrecognized_keys';

/** What a model is trained on is said once. */
function trainedOnFault({
  dataset,
  output,
  subject,
  counts,
}: {
  dataset?: unknown;
  output?: unknown;
  subject?: unknown;
  counts?: unknown;
}): { path: string[]; message: string } | undefined {
  if (!subject && dataset === undefined)
    return { path: ['dataset'], message: 'expected the name of what it is trained on, or a `subject`' };
  if (!subject)
    return counts === undefined ? undefined : { path: ['counts'], message: 'a `dataset` counts its items' };
  const beside = dataset !== undefined ? 'dataset' : output !== undefined ? 'output' : undefined;
  return beside && { path: [beside], message: 'a `subject` says that already: leave one of the two out' };
}

function isPipeline(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'pipeline';
}

function isPipelineFile(value: unknown): boolean {
  return typeof value === 'string' && /\.(py|ya?ml|json)$/.test(value);
}

export function invalidProject(message: string, cause?: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'config_invalid',
    message: `visavox.config: ${message}`,
    action: "Correct the project's visavox.config.ts or .yaml; nothing was started.",
    cause,
  });
}
