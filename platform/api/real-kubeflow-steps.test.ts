import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ArtifactSource } from '@visavox/adapters/kubeflow/artifact-source';
import { KubeflowClient } from '@visavox/adapters/kubeflow/kubeflow-client';
import { KubeflowEngine } from '@visavox/adapters/kubeflow/kubeflow-engine';
import { MlMetadata } from '@visavox/adapters/kubeflow/ml-metadata';
import { RunPods } from '@visavox/adapters/kubeflow/run-pods';
import { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import type { CodeReference } from '@visavox/core/code';
import { canonicalJson, digestOf } from '@visavox/core/digest';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { storeSnapshot } from '@visavox/pipelines/code/stored-code';
import { component, pipeline } from '@visavox/pipelines/definition';
import { packageIndex } from '@visavox/pipelines/fixtures/package-index';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { MemoryObjectStore, requestFor } from '@visavox/pipelines/testing';
import { describe, expect, it, vi } from 'vitest';
import { birdPipeline, birdSources, birds, stepServer, storeBirds } from './testing/steps-on-kubeflow.ts';

/**
 * Against a Kubeflow that is there, as platform/adapters/kubeflow/real-kubeflow.test.ts, with a step image:
 * KFP_TEST_STEP_IMAGE has the launcher, uv and Python; KFP_TEST_HOST is the address of this machine as pods reach it; the
 * namespace of runs has a Secret `weather` with the key `token`.
 */
const {
  KFP_ENDPOINT = '',
  KFP_METADATA = 'metadata-grpc-service.kubeflow:8080',
  KFP_ARTIFACTS_ENDPOINT,
  KFP_NAMESPACE = 'kubeflow',
  KFP_TEST_STEP_IMAGE = '',
  KFP_TEST_HOST = '',
} = process.env;

describe.skipIf(!KFP_ENDPOINT || !KFP_TEST_STEP_IMAGE || !KFP_TEST_HOST)('steps in pods', () => {
  vi.setConfig({ testTimeout: 900_000 });

  async function open() {
    const folder = await mkdtemp(join(tmpdir(), 'visavox-pods-'));
    const index = await packageIndex(
      [
        { name: 'weather', version: '2.0', requires: ['clouds'] },
        { name: 'clouds', version: '0.3' },
      ],
      KFP_TEST_HOST,
    );
    const tokens = new StepTokens(Buffer.alloc(32, 7));
    const [runs, objects] = [new MemoryRunStore(), new MemoryObjectStore()];
    const server = await stepServer({ hostname: KFP_TEST_HOST, tokens, runs, objects });
    await storeBirds(objects);
    const config = new KubeConfig();
    config.loadFromDefault();
    const engine = new KubeflowEngine({
      ...{ runs, objects, tokens, code: digestOf('images'), pollMs: 500 },
      client: new KubeflowClient({ url: KFP_ENDPOINT, namespace: KFP_NAMESPACE }),
      metadata: new MlMetadata(KFP_METADATA),
      artifacts: new ArtifactSource({ endpoint: KFP_ARTIFACTS_ENDPOINT }),
      pods: new RunPods(config, KFP_NAMESPACE),
      containers: {
        images: { visavox: KFP_TEST_STEP_IMAGE },
        environment: {},
        imagePullPolicy: 'IfNotPresent',
        launch: {
          images: ['visavox'],
          server: `http://${KFP_TEST_HOST}:${server.port}`,
          environment: { UV_DEFAULT_INDEX: index.url, UV_INSECURE_HOST: KFP_TEST_HOST },
        },
      },
    });
    const codeOf = async (files: Readonly<Record<string, string>>): Promise<CodeReference> => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      const snapshot = await takeSnapshot(folder);
      await storeSnapshot(objects, snapshot);
      return { digest: snapshot.digest, origin: snapshot.origin };
    };
    const close = async () => {
      await engine.close();
      server.close();
      await index.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { engine, codeOf, close };
  }

  it('have their code, packages, dataset versions and secrets', async () => {
    const { engine, codeOf, close } = await open();
    const request = requestFor(birdPipeline, {
      ...{ parameters: { images: birds.digest }, datasets: [birds.digest], useCache: false },
      code: await codeOf(birdSources),
    });
    const record = await engine.wait(await engine.submit(request));
    expect(record).toMatchObject({ state: 'succeeded', reason: null });
    const outputs = Object.fromEntries(record.tasks.map(({ name, outputs }) => [name, outputs.parameters]));
    expect(outputs).toMatchObject({
      forecast: { said: 'rain, says 2.0' },
      look: {
        seen: `./night/jar.txt ./night/owl.txt night/owl.txt${canonicalJson(birds.manifest).length}\n`,
      },
      tell: { told: expect.stringMatching(/^\d+\s*$/) },
    });
    expect(record.tasks.find(({ name }) => name === 'forecast')?.environment?.packages).toEqual([
      ...['clouds==0.3', 'weather==2.0'],
    ]);
    await close();
  });

  it('run what was edited a moment ago', async () => {
    const { engine, codeOf, close } = await open();
    const clock = component({
      name: 'clock',
      outputs: { said: 'string', at: 'number' },
      command: ({ outputs }) => ['sh', 'clock.sh', outputs.said.path, outputs.at.path],
    });
    const definition = pipeline({ name: 'edited' }, (p) => void p.task(clock));
    for (const word of ['first', 'second', 'third']) {
      const submittedAt = Date.now();
      const code = await codeOf({ 'clock.sh': `date +%s.%N > "$2"; printf ${word} > "$1"\n` });
      const record = await engine.wait(await engine.submit(requestFor(definition, { code })));
      expect(record).toMatchObject({
        state: 'succeeded',
        tasks: [{ outputs: { parameters: { said: word } } }],
      });
      const [task] = record.tasks;
      const seconds = Number(task?.outputs.parameters.at) - submittedAt / 1000;
      console.info(`${word}: ${seconds.toFixed(1)} s from the edited file to the first line of the step`);
    }
    await close();
  });
});
