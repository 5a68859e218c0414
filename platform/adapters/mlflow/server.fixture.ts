import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowLogin } from './login.ts';
import { MlflowClient } from './mlflow-client.ts';
import { MlflowServer } from './mlflow-server.ts';
import { testPython } from './test-python.ts';

export const patience = 5 * 60_000;
export const testLogin = new MlflowLogin(new Uint8Array(32).fill(7));

/** An MLflow for tests, in a folder whose name means something else as part of a URL, and whoever may do everything there. */
export async function startTestMlflow() {
  const home = join(await mkdtemp(join(tmpdir(), 'visavox-mlflow-')), 'a %41 b#c?d=é');
  await mkdir(home, { recursive: true });
  const server = await MlflowServer.start({
    ...{ python: testPython(), folder: join(home, 'mlflow'), login: testLogin, report: () => {} },
  });
  const client = new MlflowClient({ url: server.url, patienceMs: patience, credentials: testLogin.own });
  return {
    ...{ server, client, home },
    async stop() {
      await server.stop();
      await rm(home, { recursive: true });
    },
  };
}
