import { join, resolve } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { KubeflowEnvironment, type KubeflowSettings, kubeflowSettings } from './kubeflow-settings.ts';

const count = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);

/** Every setting, with its default. All are environment variables; none is read anywhere else. */
const Environment = z.object({
  /** A server's data: database, objects, runs, MLflow, secrets, logs. */
  VISAVOX_HOME: z.string().min(1).optional(),
  /** What set-up made: Python environment, networks, web page. */
  VISAVOX_SETUP: z.string().min(1).optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4600),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Where people reach it when that is not HOST and PORT, such as `https://sign-in.example.org`. */
  VISAVOX_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** `postgres://…`; without it the database is embedded. */
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  /** Retraining starts at so many new people, or so many new samples. */
  VISAVOX_RETRAIN_PEOPLE: count(5),
  VISAVOX_RETRAIN_SAMPLES: count(50),
  /** On one name, so many attempts may fail within the window of seconds. */
  VISAVOX_ATTEMPT_FAILURES: count(10),
  VISAVOX_ATTEMPT_WINDOW: count(300),
  /** Hours for which an attempt's recordings wait to be confirmed. */
  VISAVOX_ATTEMPT_RETENTION: count(24),
  ...KubeflowEnvironment.shape,
});

export interface Settings {
  readonly home: string;
  readonly setup: string;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly retrain: { readonly people: number; readonly samples: number };
  readonly attempts: {
    readonly failures: number;
    readonly windowSeconds: number;
    readonly retentionHours: number;
  };
  /** What runs a pipeline unless its run says otherwise. */
  readonly engine: 'local' | 'kubeflow';
  readonly kubeflow: KubeflowSettings | undefined;
}

/** An empty variable counts as one that is not set. */
export function parseSettings(
  environment: Readonly<Record<string, string | undefined>>,
  root: string,
): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unusable(String(issue?.path.join('.')), String(issue?.message));
  }
  const values = parsed.data;
  if (values.VISAVOX_ENGINE === 'kubeflow' && values.KFP_ENDPOINT === undefined)
    throw unusable('VISAVOX_ENGINE', 'kubeflow needs KFP_ENDPOINT, the URL of its API server');
  return {
    home: resolve(values.VISAVOX_HOME ?? join(root, '.visavox', 'home')),
    setup: resolve(values.VISAVOX_SETUP ?? join(root, '.visavox', 'setup')),
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.VISAVOX_PUBLIC_URL,
    databaseUrl: values.DATABASE_URL,
    retrain: { people: values.VISAVOX_RETRAIN_PEOPLE, samples: values.VISAVOX_RETRAIN_SAMPLES },
    attempts: {
      failures: values.VISAVOX_ATTEMPT_FAILURES,
      windowSeconds: values.VISAVOX_ATTEMPT_WINDOW,
      retentionHours: values.VISAVOX_ATTEMPT_RETENTION,
    },
    engine: values.VISAVOX_ENGINE,
    kubeflow: kubeflowSettings(values),
  };
}

function unusable(setting: string, why: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'setting_invalid',
    message: `the setting ${setting} cannot be used: ${why}`,
    action: 'Correct this environment variable, or leave it out.',
  });
}
