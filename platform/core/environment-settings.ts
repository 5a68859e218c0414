import { z } from 'zod';
import { Digest, digestOfJson } from './digest.ts';
import { ProductionTestPlan } from './experiment.ts';

/** What a process needs to start at all, and what the platform itself says by variables. */
const reserved = /^(PATH|HOME|LANG|LD_.*|DYLD_.*|PYTHON.*|NODE_.*|VISAVOX_.*|MLFLOW_TRACKING_URI)$/;
/** Settings of the server itself, of which no model is to read any. */
const ofServer = /^(VISAVOX_.*|KSERVE_.*|KFP_.*|MLFLOW_.*|AWS_.*|PG.*|DATABASE_URL|PORT|HOST|PATH|HOME)$/;

const named = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'a variable has letters, digits and "_", and begins with no digit');
export const VariableName = named.refine((name) => !reserved.test(name), 'the platform sets this one itself');
/** Of a value that the server has, by the name of the environment variable there. */
export const SettingName = named.refine(
  (name) => !ofServer.test(name),
  "it is a setting of the server itself, which no model is given; have the value under a name of the model's own",
);

const cpu = z
  .string()
  .regex(/^(?!0+(\.0+)?m?$)(\d+(\.\d+)?|\d+m)$/, 'expected cores as Kubernetes has them: "2", "0.5", "500m"');
const memory = z
  .string()
  .regex(
    /^(?!0+(\.0+)?[A-Za-z]*$)\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/,
    'expected memory as Kubernetes has it: "512Mi", "4Gi"',
  );
const count = z.int('expected a whole number').min(1, 'one server at least').max(100);

export const Replicas = z
  .strictObject({ min: count.optional(), max: count.optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'expected min, max or both')
  .refine(({ min = 1, max = min }) => max >= min, 'max is smaller than min');
export const ServingResources = z
  .strictObject({ cpu: cpu.optional(), memory: memory.optional() })
  .refine((given) => given.cpu !== undefined || given.memory !== undefined, 'expected cpu, memory or both');
/** The server's settings by the variables that a model finds them in. */
export const Secrets = z.record(VariableName, SettingName);

/** How the servers of a model run in one environment. */
export const ServingSettings = z.object({
  replicas: Replicas.optional(),
  resources: ServingResources.optional(),
  variables: z.record(VariableName, z.string()).optional(),
  /** Names alone: what a secret is, no record says. */
  secrets: Secrets.optional(),
});
export type ServingSettings = z.infer<typeof ServingSettings>;

/** What a release has to pass to serve there. */
export const EnvironmentPolicies = z.object({
  after: z.string().optional(),
  accept: z.array(z.string()).optional(),
  acceptWithinSeconds: z.number().optional(),
  approval: z.literal('second-person').optional(),
  experiment: ProductionTestPlan.optional(),
  logRequests: z.object({ sample: z.number(), mask: z.array(z.string()).optional() }).optional(),
});
export type EnvironmentPolicies = z.infer<typeof EnvironmentPolicies>;

/** All that a project says of one environment of a model. */
export const EnvironmentSettings = ServingSettings.extend({ policies: EnvironmentPolicies });
export type EnvironmentSettings = z.infer<typeof EnvironmentSettings>;

/** What is asked for and not given, or otherwise than it says, where servers are processes of one machine. */
export const NotHonoured = z.object({
  setting: z.enum(['replicas.max', 'resources.cpu', 'resources.memory', 'variables']),
  /** How it is instead, for people. */
  said: z.string(),
});
export type NotHonoured = z.infer<typeof NotHonoured>;

/** Settings as an environment had them; what is equal is one version. */
export const SettingsVersion = z.object({
  model: z.string(),
  environment: z.string(),
  /** Counts the versions of this environment of the model. */
  number: z.int().positive(),
  digest: Digest,
  settings: EnvironmentSettings,
  /** When and by whose server they were first declared. */
  at: z.string(),
  by: z.string(),
});
export type SettingsVersion = z.infer<typeof SettingsVersion>;

export function settingsDigest(settings: EnvironmentSettings): Digest {
  return digestOfJson(settings);
}

/** What the servers are started with; undefined where they are started as anywhere. */
export function servingPart({
  replicas,
  resources,
  variables = {},
  secrets = {},
}: ServingSettings): ServingSettings | undefined {
  const given: ServingSettings = {
    ...(replicas && { replicas }),
    ...(resources && { resources }),
    ...(Object.keys(variables).length > 0 && { variables }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  };
  return Object.keys(given).length > 0 ? given : undefined;
}

/** One thing in which two settings differ, by a path such as `resources.memory`; null: it is not there. */
export const SettingsDifference = z.object({
  path: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type SettingsDifference = z.infer<typeof SettingsDifference>;

const NumberedSettings = SettingsVersion.pick({ environment: true, number: true });

/** What a release goes out with, beside what it was tried with before. */
export const ReleaseSettings = z.object({
  release: z.string(),
  /** Where it served before, or what serves in its environment; null where there is neither. */
  from: NumberedSettings.nullable(),
  /** Null for a release from before there were settings. */
  to: NumberedSettings.nullable(),
  differences: z.array(SettingsDifference),
  /** Of what is declared now, since it was proposed. */
  changes: z.array(SettingsDifference),
});
export type ReleaseSettings = z.infer<typeof ReleaseSettings>;

/** By path. */
export function settingsDifferences(
  from: EnvironmentSettings,
  to: EnvironmentSettings,
): readonly SettingsDifference[] {
  const [before, after] = [leaves(from), leaves(to)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const one = { path, from: before.get(path) ?? null, to: after.get(path) ?? null };
    return one.from === one.to ? [] : [one];
  });
}

/** What settings say, by path. */
export function leaves(value: unknown, path = ''): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return new Map([[path, typeof value === 'string' ? value : JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
