import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeKubeflow } from '@visavox/adapters/kubeflow/fake-kubeflow.fixture';
import type { KubeflowEngine } from '@visavox/adapters/kubeflow/kubeflow-engine';
import { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import { type StepServerForTest, stepServer } from '@visavox/api/testing/steps-on-kubeflow';
import { digestOf } from '@visavox/core/digest';
import { projectCode } from '@visavox/pipelines/code/project-code';
import { snapshotLimits } from '@visavox/pipelines/code/snapshot-limits';
import { component, pipeline } from '@visavox/pipelines/definition';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { MemoryObjectStore, requestFor } from '@visavox/pipelines/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKubeflowEngine } from './kubeflow.ts';
import { parsePlatformSettings } from './settings.ts';

let folder: string;
let kubeflow: FakeKubeflow;
let server: StepServerForTest;
let engine: KubeflowEngine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-host-'));
  process.env.AWS_ACCESS_KEY_ID ??= 'fake';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'fake';
  kubeflow = await FakeKubeflow.start();
});
afterEach(async () => {
  await engine.close();
  server.close();
  await kubeflow.stop();
  await rm(folder, { recursive: true, force: true });
});

it('runs the project of the server in pods, which find it at the address that the settings name', async () => {
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'say.sh'), 'printf hello > "$1"\n');
  const [runs, objects] = [new MemoryRunStore(), new MemoryObjectStore()];
  const log = pino({ level: 'silent' });
  const stepTokens = new StepTokens(Buffer.alloc(32, 7));
  server = await stepServer({ hostname: 'localhost', tokens: stepTokens, runs, objects });
  const settings = parsePlatformSettings(
    {
      VISAVOX_HOME: join(folder, 'home'),
      KFP_ENDPOINT: kubeflow.url,
      KFP_METADATA: kubeflow.metadataAddress,
      KFP_ARTIFACTS_ENDPOINT: `${kubeflow.url}/s3`,
      VISAVOX_STEP_IMAGE: 'registry/step:1',
      VISAVOX_STEP_SERVER: `http://localhost:${server.port}`,
      VISAVOX_STEP_INDEX: 'http://index/simple',
      VISAVOX_STEP_CACHE: 'packages',
    },
    { root: project },
  );
  expect(settings.allowedHosts).toContain('localhost');
  if (!settings.kubeflow) throw new Error('Kubeflow is not set');
  const today = projectCode({
    ...{ root: project, objects, limits: snapshotLimits, log: () => {} },
    cacheFile: join(folder, 'hashes.json'),
  });
  const resources = { runs, objects, settings, stepTokens, log, trackingUrl: 'http://127.0.0.1:1' };
  engine = await createKubeflowEngine(settings.kubeflow, resources, {
    ...{ today, code: digestOf('images'), hooks: {} },
  });
  const say = component({
    name: 'say',
    outputs: { said: 'string' },
    command: ({ outputs }) => ['sh', 'say.sh', outputs.said.path],
  });
  const request = requestFor(pipeline({ name: 'saying' }, (p) => void p.task(say)));
  const record = await engine.wait(await engine.submit(request));
  expect(record).toMatchObject({
    ...{ state: 'succeeded', reason: null, pins: { code: (await today()).digest } },
    tasks: [{ outputs: { parameters: { said: 'hello' } } }],
  });
  // Submitted again, as after a crash, it is the same run, whatever was edited meanwhile.
  await writeFile(join(project, 'say.sh'), 'printf edited > "$1"\n');
  expect(await engine.submit(request)).toBe(request.id);
  const [kept] = kubeflow.runs.values();
  expect(kept?.environments['exec-say']).toMatchObject({
    VISAVOX_STEP_SERVER: settings.kubeflow.step.server,
    UV_DEFAULT_INDEX: 'http://index/simple',
  });
  expect(JSON.stringify(kept?.submitted)).toContain(
    '"pvcMount":[{"mountPath":"/var/cache/visavox","constant":"packages"',
  );
});
