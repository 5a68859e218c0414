import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MlflowCredentials, mlflowCredentials } from '@visavox/adapters/mlflow/credentials';
import {
  type ObjectStoreLocation,
  objectStoreEnvironment,
} from '@visavox/adapters/objects/open-object-store';
import { s3Environment, s3Settings } from '@visavox/adapters/objects/s3-settings';
import { isNetwork } from '@visavox/api/client-network';
import { UserError } from '@visavox/core/errors';
import { limitsFrom, type SnapshotLimits } from '@visavox/pipelines/code/snapshot-limits';
import { z } from 'zod';
import { KubeflowEnvironment, type KubeflowSettings, kubeflowSettings } from './kubeflow-settings.ts';
import { OidcEnvironment, type OidcSettings, oidcSettings } from './oidc-settings.ts';
import { type KserveSettings, kserveSettings, ServingEnvironment } from './serving-settings.ts';

/** Environment variables, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every setting of a platform, with its default. All are environment variables; none is read anywhere else. */
const PlatformEnvironment = z.object({
  /**
   * What this process does: `server` answers people and programs, any number of them; `controller` trains, releases and
   * sweeps, one at a time; `all` does both. The parts share a database and an object store.
   */
  VISAVOX_ROLE: z.enum(['all', 'server', 'controller']).default('all'),
  /** A server's data: database, objects, runs, MLflow, secrets, logs. */
  VISAVOX_HOME: z.string().min(1).optional(),
  /** What set-up made: Python environment, networks, web page. */
  VISAVOX_SETUP: z.string().min(1).optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4600),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Where people reach it when that is not HOST and PORT, such as `https://ml.example.org`. */
  VISAVOX_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where the other parts of a divided server reach this process, such as `http://10.0.0.7:4600`. */
  VISAVOX_OWN_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** More names under which it is reached, separated by commas, such as that of a cluster's service. */
  VISAVOX_ALLOWED_HOSTS: z.string().default(''),
  /**
   * Addresses or ranges of proxies in front of it, separated by commas, such as `10.0.0.0/8`: what these put at the end of
   * `X-Forwarded-For` says from which network somebody comes. Without it everybody behind a proxy shares one network's limits.
   */
  VISAVOX_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(listed)
    .refine((proxies) => proxies.every(isNetwork), 'not an address, or a range such as 10.0.0.0/8'),
  /** `postgres://…`; without it the database is embedded. */
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  /** `s3://bucket/prefix` or `file:///folder`; without it a folder of VISAVOX_HOME. An S3 server is named by AWS_ENDPOINT_URL_S3. */
  VISAVOX_OBJECTS: z
    .string()
    .regex(/^[a-z][a-z0-9+.-]*:\/\//)
    .optional(),
  /** A folder with `objects.key`, `operator.token`, `tracking.key` and what a project adds; each is made there where it is missing. */
  VISAVOX_SECRETS: z.string().min(1).optional(),
  /** The key that objects are encrypted with, 64 hexadecimal digits, or a file that holds them. */
  VISAVOX_KEY: z.string().optional(),
  VISAVOX_KEY_FILE: z.string().optional(),
  /** An MLflow that runs elsewhere; without it one is started here. */
  MLFLOW_TRACKING_URI: z.url({ protocol: /^https?$/ }).optional(),
  /** The workspace to use there, where that MLflow has several. */
  MLFLOW_WORKSPACE: z.string().min(1).optional(),
  /** Where the MLflow that is started here keeps artifacts: `s3://bucket/prefix`; without it a folder of VISAVOX_HOME. */
  VISAVOX_MLFLOW_ARTIFACTS: z.string().startsWith('s3://').optional(),
  /** How large a project's folder may be to be taken along by a run, such as `2GB`. */
  VISAVOX_CODE_LIMIT: z.string().optional(),
  ...KubeflowEnvironment.shape,
  ...ServingEnvironment.shape,
  ...OidcEnvironment.shape,
});

export interface PlatformSettings {
  readonly role: 'all' | 'server' | 'controller';
  readonly home: string;
  readonly setup: string;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly ownUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly databaseUrl: string | undefined;
  readonly secrets: string;
  readonly objects: ObjectStoreLocation;
  /** What a program reaches the S3 server with, in any language. */
  readonly s3Environment: Readonly<Record<string, string>>;
  /** What a step of a pipeline reaches the same objects with. */
  readonly stepEnvironment: Readonly<Record<string, string>>;
  readonly mlflow: {
    readonly url: string | undefined;
    readonly artifacts: string | undefined;
    readonly credentials: MlflowCredentials;
    readonly workspace: string | undefined;
  };
  /** Of the project's folder, which runs take along. */
  readonly codeLimits: SnapshotLimits;
  /** The name of the engine that runs pipelines unless a run says otherwise. */
  readonly engine: string;
  readonly kubeflow: KubeflowSettings | undefined;
  /** Undefined: networks are served in each process. */
  readonly kserve: KserveSettings | undefined;
  /** Undefined: users sign in with tokens and passwords alone. */
  readonly oidc: OidcSettings | undefined;
  /** What this process has for models under the name of an environment variable; undefined where it is not set. */
  readonly modelSecret: (name: string) => string | undefined;
}

/**
 * `root`: the folder of the project, which holds its data unless VISAVOX_HOME says otherwise. `setup`: where set-up put what it
 * made unless VISAVOX_SETUP says otherwise; a folder of the project when left out.
 */
export function parsePlatformSettings(
  environment: Environment,
  { root, setup = join(root, '.visavox', 'setup') }: { readonly root: string; readonly setup?: string },
): PlatformSettings {
  const given = withoutEmpty(environment);
  const values = parseEnvironment(PlatformEnvironment, environment);
  if (values.VISAVOX_ROLE !== 'all') requireShared(values);
  if (values.VISAVOX_ENGINE === 'kubeflow' && values.KFP_ENDPOINT === undefined)
    throw invalidSetting('VISAVOX_ENGINE', 'kubeflow needs KFP_ENDPOINT, the URL of its API server');
  const home = resolve(values.VISAVOX_HOME ?? join(root, '.visavox', 'home'));
  const secrets = resolve(values.VISAVOX_SECRETS ?? join(home, 'secrets'));
  const objects = {
    url: values.VISAVOX_OBJECTS ?? pathToFileURL(join(home, 'objects')).href,
    key: {
      file: resolve(values.VISAVOX_KEY_FILE ?? join(secrets, 'objects.key')),
      override: values.VISAVOX_KEY,
    },
    s3: s3Settings(given),
  };
  return {
    ...{ home, secrets, objects },
    s3Environment: s3Environment(given),
    stepEnvironment: objectStoreEnvironment(objects, given),
    setup: resolve(values.VISAVOX_SETUP ?? setup),
    host: values.HOST,
    port: values.PORT,
    role: values.VISAVOX_ROLE,
    publicUrl: values.VISAVOX_PUBLIC_URL,
    allowedHosts: [...listed(values.VISAVOX_ALLOWED_HOSTS), ...hostOf(values.VISAVOX_STEP_SERVER)],
    mlflow: {
      url: values.MLFLOW_TRACKING_URI,
      artifacts: values.VISAVOX_MLFLOW_ARTIFACTS,
      credentials: mlflowCredentials(given),
      workspace: values.MLFLOW_WORKSPACE,
    },
    databaseUrl: values.DATABASE_URL,
    codeLimits: limitsFrom(environment),
    engine: values.VISAVOX_ENGINE,
    kubeflow: kubeflowSettings(values),
    kserve: kserveSettings(values, invalidSetting),
    oidc: oidcSettings(values, invalidSetting),
    modelSecret: (name) => given[name],
    ownUrl: values.VISAVOX_OWN_URL,
    trustedProxies: values.VISAVOX_TRUSTED_PROXIES,
  };
}

/** Values of a schema of environment variables; an empty variable counts as one that is not set. Throws `setting_invalid`. */
export function parseEnvironment<T extends z.ZodObject>(schema: T, environment: Environment): z.infer<T> {
  const parsed = schema.safeParse(withoutEmpty(environment));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidSetting(issue?.path.join('.') ?? '', issue?.message ?? '');
}

function withoutEmpty(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

function listed(value: string): string[] {
  return value.split(',').flatMap((one) => one.trim() || []);
}

/** The parts of a divided server meet in the database, the object store and MLflow. */
function requireShared(values: z.infer<typeof PlatformEnvironment>): void {
  const needed = ['DATABASE_URL', 'VISAVOX_OBJECTS', 'MLFLOW_TRACKING_URI'] as const;
  const missing = needed.find((name) => values[name] === undefined);
  if (missing)
    throw invalidSetting(missing, `the role ${values.VISAVOX_ROLE} needs it, since parts share it`);
}

export function invalidSetting(name: string, reason: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'setting_invalid',
    message: `the setting ${name} cannot be used: ${reason}`,
    action: 'Correct this environment variable, or leave it out.',
  });
}

function hostOf(url: string | undefined): readonly string[] {
  return url === undefined ? [] : [new URL(url).hostname];
}
