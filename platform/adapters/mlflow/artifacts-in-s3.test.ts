import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { putBundle } from '@visavox/core/bundle';
import { digestOf } from '@visavox/core/digest';
import { expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { S3ObjectStore } from '../objects/s3-object-store.ts';
import { s3Environment } from '../objects/s3-settings.ts';
import { describeOnEachS3Server, s3TestEnvironment } from '../objects/test-servers.ts';
import { ExternalMlflow } from './external-mlflow.ts';
import { MlflowClient } from './mlflow-client.ts';
import { MlflowServer } from './mlflow-server.ts';
import { MlflowModelRegistry } from './registry.ts';
import { patience, testLogin } from './server.fixture.ts';
import { testPython } from './test-python.ts';

describeOnEachS3Server(
  'MLflow with its artifacts in a bucket',
  (s3) => {
    it('keeps the files of a registered model there, for whoever knows only MLflow', {
      timeout: patience,
    }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'visavox-mlflow-s3-'));
      const { bucket, endpoint = '' } = await s3().newLocation();
      const server = await MlflowServer.start({
        python: testPython(),
        folder: join(folder, 'mlflow'),
        login: testLogin,
        artifacts: `s3://${bucket}/mlflow`,
        environment: s3Environment({ ...s3TestEnvironment, AWS_ENDPOINT_URL_S3: endpoint }),
        report: () => {},
      });
      const events: string[] = [];
      const seen = new ExternalMlflow({ url: `${server.url}/`, report: (event) => void events.push(event) });
      expect(seen.healthy).toBe(false);
      while (!seen.healthy) await pause(100);

      const objects = await FolderObjectStore.open(join(folder, 'objects'));
      const content = Buffer.alloc(300_000, 'a face head ');
      const file = { path: 'face-head.onnx', digest: digestOf(content), bytes: content.length };
      const manifest = {
        format: 1 as const,
        name: 'recogniser',
        files: [file],
        parent: null,
        properties: {},
      };
      const bundle = await putBundle(objects, { manifest, files: new Map([[file.path, content]]) });
      const client = new MlflowClient({ url: seen.url, patienceMs: patience, credentials: testLogin.own });
      const registry = new MlflowModelRegistry({ client, objects: async () => objects });
      await registry.register({ name: 'recogniser', bundle, run: null, trackingRun: null, metrics: {} });

      const there = await S3ObjectStore.open({ endpoint, region: 'us-east-1', bucket, prefix: 'mlflow' });
      const keys: string[] = [];
      for await (const key of there.list('')) keys.push(key);
      const key = keys.find((one) => one.endsWith('/face-head.onnx'));
      expect(content.equals(await there.get(key ?? ''))).toBe(true);

      const python = { env: { ...process.env, MLFLOW_TRACKING_URI: server.url, ...testLogin.own } };
      const download = ['-m', 'mlflow', 'artifacts', 'download', '-u', 'models:/recogniser/1', '-d', folder];
      await promisify(execFile)(testPython(), download, python);
      expect(content.equals(await readFile(join(folder, 'face-head.onnx')))).toBe(true);

      await server.stop();
      while (seen.healthy) await pause(100);
      expect(events).toEqual(['mlflow answers', 'mlflow is away']);
      await seen.stop();
      await rm(folder, { recursive: true });
    });
  },
  ['minio'],
);
