import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlflowCurves } from '@visavox/adapters/mlflow/curves';
import { ExternalMlflow } from '@visavox/adapters/mlflow/external-mlflow';
import { MlflowLogin } from '@visavox/adapters/mlflow/login';
import { MlflowClient } from '@visavox/adapters/mlflow/mlflow-client';
import { MlflowServer } from '@visavox/adapters/mlflow/mlflow-server';
import { MlflowModelRegistry } from '@visavox/adapters/mlflow/registry';
import { MlflowTracker } from '@visavox/adapters/mlflow/tracker';
import { VersionSignatures } from '@visavox/adapters/mlflow/version-signatures';
import { MirroredModelRegistry } from '@visavox/adapters/sql/mirrored-model-registry';
import { SqlModelVersions } from '@visavox/adapters/sql/model-versions';
import { registeredByRun } from '@visavox/adapters/sql/registered-by-run';
import type { Platform } from './platform.ts';
import type { PlatformSettings } from './settings.ts';

type Report = (event: string, details: Record<string, unknown>) => void;

/** MLflow, ours or another's, and the ports that are made of it. It may come up later than this answers. */
export async function openTracking({
  settings,
  database,
  objects,
  runs,
  trackingKey,
  descriptions,
  signed,
  log,
}: Pick<
  Platform,
  'settings' | 'database' | 'objects' | 'runs' | 'trackingKey' | 'descriptions' | 'signed' | 'log'
>) {
  const report: Report = (event, details) => log.info(details, event);
  const { url, credentials, workspace } = settings.mlflow;
  const login = new MlflowLogin(trackingKey('mlflow login'));
  const mlflow = url ? new ExternalMlflow({ url, report }) : await startMlflow(settings, login, report);
  const reached = {
    ...{ url: mlflow.url, workspace, credentials: url ? credentials : login.own },
    problem: () => mlflow.problem,
  };
  const client = new MlflowClient(reached);
  return {
    mlflow,
    /**
     * The variables by which one task signs in. Another's MLflow knows only the login that it gave us, which only steps
     * are given that declare access to it.
     */
    stepCredentials: (task: string) => (url ? {} : login.forStep(task)),
    tracker: new MlflowTracker(client),
    // Whoever looks at curves looks again in a moment, and is not kept waiting by a server that is away.
    curves: new MlflowCurves(new MlflowClient({ ...reached, patienceMs: 1000 })),
    registry: new MirroredModelRegistry({
      mirror: new MlflowModelRegistry({ client, objects: async () => objects }),
      versions: new SqlModelVersions(database.db),
      signatures: new VersionSignatures(trackingKey('model versions')),
      registeredByRun: registeredByRun(runs),
      bundles: {
        require: (bundle, what) => descriptions.require(bundle, what),
        sign: (bundle) => signed.sign(bundle),
      },
    }),
  };
}

async function startMlflow(
  { home, setup, mlflow: { artifacts }, s3Environment }: PlatformSettings,
  login: MlflowLogin,
  report: Report,
): Promise<MlflowServer> {
  const folder = join(home, 'mlflow');
  const server = await MlflowServer.start({
    python: join(setup, 'python', 'bin', 'python'),
    ...{ folder, login, artifacts, report, environment: artifacts ? s3Environment : {} },
  });
  const { name, password } = login.forPeople;
  const file = join(folder, 'login.txt');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, `${server.url}\nname: ${name}\npassword: ${password}\n`, { mode: 0o600 });
  report('mlflow asks for a login', { url: server.url, file });
  return server;
}
