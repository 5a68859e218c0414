import { UserError } from '@visavox/core/errors';
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
  return new MlflowClient({ url, patienceMs: 3 * 60_000, credentials: mlflowCredentials(environment) });
}
