import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FakeKubeflow } from '@visavox/adapters/kubeflow/fake-kubeflow.fixture';
import type { Tracker } from '@visavox/core/ports';
import { isFinished } from '@visavox/core/run';
import { createEngine } from '@visavox/host/engine';
import { loadProject } from '@visavox/host/load-project';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import type { Engines } from '@visavox/pipelines/engines';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from './settings.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const root = resolve(import.meta.dirname, '../..');
let kubeflow: FakeKubeflow;
let home: string;
let engine: Engines;
let server: TestServer;
const tracked: string[] = [];

const tracker: Tracker = {
  startRun: async ({ name }) => {
    tracked.push(`start ${name.split(' ')[0]}`);
    return { id: `mlflow-${tracked.length}`, experiment: '7', known: false };
  },
  log: async (run, { metrics = [] }) => {
    tracked.push(...metrics.map(({ key }) => `${run} ${key}`));
    return [];
  },
  endRun: async (_run, outcome) => void tracked.push(`end ${outcome}`),
};

beforeAll(async () => {
  kubeflow = await FakeKubeflow.start();
  home = await mkdtemp(join(tmpdir(), 'visavox-kubeflow-'));
  await mkdir(join(home, 'secrets'));
  await writeFile(join(home, 'secrets', 'objects.key'), 'ab'.repeat(32));
  const settings = parseSettings(
    {
      VISAVOX_HOME: home,
      VISAVOX_OBJECTS: 's3://visavox',
      AWS_ENDPOINT_URL: 'http://minio:9000',
      KFP_ENDPOINT: kubeflow.url,
      KFP_METADATA: kubeflow.metadataAddress,
      KFP_ARTIFACTS_ENDPOINT: `${kubeflow.url}/s3`,
      VISAVOX_STEP_IMAGE: 'registry/step@sha256:1',
      VISAVOX_STEP_SECRET: 'visavox-step',
      VISAVOX_STEP_TRACKING: 'http://mlflow:5000',
    },
    root,
  );
  const runs = new MemoryRunStore();
  engine = await createEngine({
    ...{ settings, runs, tracker, trackingUrl: 'http://127.0.0.1:1', log: pino({ level: 'silent' }) },
    project: await loadProject(
      { name: 'measuring', code: ['app/server/testing'] },
      { root, environment: {}, settings },
    ),
    objects: new MemoryObjectStore(),
    datasets: { get: () => Promise.reject(new Error('no dataset is used here')) },
  });
  server = await startTestServer({ engine, runs });
});
afterAll(async () => {
  await server.close();
  await engine.close();
  await kubeflow.stop();
  await rm(home, { recursive: true });
});

const measuring = (resources: { gpu?: number }) =>
  component({
    name: 'measure',
    outputs: { accuracy: 'number' },
    resources,
    access: { objects: true, tracking: true },
    command: ({ outputs }) => ['sh', '-c', 'printf 0.5 > "$0"', outputs.accuracy.path],
  });
const specOf = (measure: ReturnType<typeof measuring>) =>
  compile(pipeline({ name: 'measuring' }, (p) => void p.task(measure)));

async function start(on: string | undefined): Promise<Response> {
  return server.app.request('/api/v1/runs', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer the-token-of-the-operator-in-these-tests',
    },
    // This machine may have no GPU.
    body: JSON.stringify({ pipelineSpec: specOf(measuring(on ? { gpu: 1 } : {})), engine: on }),
  });
}

describe('a run that asks for Kubeflow', () => {
  it('goes there, and is tracked like any other', async () => {
    const { id } = (await (await start('kubeflow')).json()) as { id: string };
    await expect.poll(async () => isFinished((await engine.get(id)).state), { timeout: 30_000 }).toBe(true);
    expect(await (await server.get(`/api/v1/runs/${id}`)).json()).toMatchObject({
      ...{ engine: 'kubeflow', state: 'succeeded', trackingRun: 'mlflow-1' },
      tasks: [{ name: 'measure', outputs: { parameters: { accuracy: 0.5 } } }],
    });
    expect(tracked).toEqual([
      'start measuring',
      'mlflow-1 measure/accuracy',
      'start measure',
      'mlflow-3 accuracy',
      'end succeeded',
      'end succeeded',
    ]);
  });

  it('gives its steps the image, the object store, MLflow, and a place for secrets that are no secrets here', () => {
    const [run] = [...kubeflow.runs.values()];
    expect(run?.submitted).toMatchObject({
      pipeline_spec: {
        deploymentSpec: {
          executors: {
            'exec-measure': {
              container: {
                image: 'registry/step@sha256:1',
                resources: { accelerator: { resourceType: 'nvidia.com/gpu', resourceCount: '1' } },
              },
            },
          },
        },
      },
      platform_spec: {
        platforms: {
          kubernetes: {
            deploymentSpec: {
              executors: {
                'exec-measure': {
                  secretAsVolume: [{ secretName: 'visavox-step', mountPath: '/var/run/visavox' }],
                },
              },
            },
          },
        },
      },
    });
    expect(run?.environments['exec-measure']).toMatchObject({
      VISAVOX_OBJECTS: 's3://visavox',
      AWS_ENDPOINT_URL_S3: 'http://minio:9000',
      AWS_REGION: 'us-east-1',
      VISAVOX_KEY_FILE: '/var/run/visavox/objects.key',
      MLFLOW_TRACKING_URI: 'http://mlflow:5000',
      MLFLOW_EXPERIMENT_ID: '7',
      MLFLOW_RUN_CONTEXT: '{"mlflow.parentRunId":"mlflow-1"}',
    });
  });
});

it('a run that does not ask goes to the engine of the settings', async () => {
  const { id } = (await (await start(undefined)).json()) as { id: string };
  expect((await engine.get(id)).engine).toBe('local');
  await expect.poll(async () => isFinished((await engine.get(id)).state), { timeout: 30_000 }).toBe(true);
});
