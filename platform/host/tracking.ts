import { join } from 'node:path';
import { ExternalMlflow } from '@visavox/adapters/mlflow/external-mlflow';
import { MlflowClient } from '@visavox/adapters/mlflow/mlflow-client';
import { MlflowServer } from '@visavox/adapters/mlflow/mlflow-server';
import { MlflowModelRegistry } from '@visavox/adapters/mlflow/registry';
import { MlflowTracker } from '@visavox/adapters/mlflow/tracker';
import { MirroredModelRegistry } from '@visavox/adapters/sql/mirrored-model-registry';
import { SqlModelVersions } from '@visavox/adapters/sql/model-versions';
import type { Platform } from './platform.ts';

/** MLflow, ours or another's, and the ports that are made of it. It may come up later than this answers. */
export async function openTracking({
  settings,
  database,
  objects,
  log,
}: Pick<Platform, 'settings' | 'database' | 'objects' | 'log'>) {
  const report = (event: string, details: Record<string, unknown>) => log.info(details, event);
  const { url, artifacts, credentials } = settings.mlflow;
  const mlflow = url
    ? new ExternalMlflow({ url, report })
    : await MlflowServer.start({
        python: join(settings.setup, 'python', 'bin', 'python'),
        folder: join(settings.home, 'mlflow'),
        ...{ artifacts, report, environment: artifacts ? settings.s3Environment : {} },
      });
  const client = new MlflowClient({ url: mlflow.url, ...(url && { credentials }) });
  return {
    mlflow,
    tracker: new MlflowTracker(client),
    registry: new MirroredModelRegistry(
      new MlflowModelRegistry({ client, objects: async () => objects }),
      new SqlModelVersions(database.db),
    ),
  };
}
