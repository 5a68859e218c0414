import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { mlflowCredentials } from './credentials.ts';
import { MlflowClient } from './mlflow-client.ts';

/** MLflow as a pipeline's step reaches it, by what its engine put into the environment. */
export function stepClient(environment: Readonly<Record<string, string | undefined>>): MlflowClient {
  const url = environment.MLFLOW_TRACKING_URI;
  if (!url) {
    throw new UserError({
      kind: 'invalid',
      code: 'tracking_unset',
      message: 'MLFLOW_TRACKING_URI is not set',
      action: 'Start this step by the pipeline engine, or set it to the URL of an MLflow server.',
    });
  }
  // A training of many minutes is worth the wait for a server that comes up beside other work.
  return new MlflowClient({
    ...{ url, patienceMs: 3 * 60_000, credentials: mlflowCredentials(environment) },
    workspace: environment.MLFLOW_WORKSPACE,
  });
}

const RunContext = z.looseObject({ 'mlflow.parentRunId': z.string() });

/**
 * The tracked run that a step belongs to: its own, or the one that runs which it begins are nested below; null where it
 * is not tracked.
 */
export function trackedRunOf(environment: Readonly<Record<string, string | undefined>>): string | null {
  if (environment.MLFLOW_RUN_ID) return environment.MLFLOW_RUN_ID;
  if (!environment.MLFLOW_RUN_CONTEXT) return null;
  return RunContext.parse(JSON.parse(environment.MLFLOW_RUN_CONTEXT))['mlflow.parentRunId'];
}
