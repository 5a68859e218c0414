import { KubeConfig } from '@kubernetes/client-node';
import { digestOf } from '@visavox/core/digest';
import { isFinished, type RunRecord } from '@visavox/core/run';
import { component, pipeline } from '@visavox/pipelines/definition';
import sumOfSquares from '@visavox/pipelines/fixtures/sum-of-squares';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import type { PipelineNode } from '@visavox/pipelines/nodes';
import { pipelineEngineContract } from '@visavox/pipelines/pipeline-engine.contract';
import { engineForTest, MemoryObjectStore, requestFor } from '@visavox/pipelines/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ArtifactSource } from './artifact-source.ts';
import { KubeflowClient } from './kubeflow-client.ts';
import { KubeflowEngine, type KubeflowEngineOptions } from './kubeflow-engine.ts';
import { MlMetadata } from './ml-metadata.ts';
import { RunPods } from './run-pods.ts';

/**
 * Against a Kubeflow that is there: KFP_ENDPOINT, KFP_METADATA, KFP_ARTIFACTS_ENDPOINT with AWS's variables,
 * KUBECONFIG and KFP_NAMESPACE as for the server; KFP_TEST_IMAGE is an image with a shell, KFP_TEST_NODE_IMAGE
 * one with Node.
 */
const {
  KFP_ENDPOINT,
  KFP_METADATA = 'metadata-grpc-service.kubeflow:8080',
  KFP_ARTIFACTS_ENDPOINT,
  KFP_NAMESPACE = 'kubeflow',
  KFP_TEST_IMAGE = 'busybox:1.36',
  KFP_TEST_NODE_IMAGE = 'node:20',
} = process.env;

const runTimeoutMs = 300_000;
/** Nothing of an earlier test is found in Kubeflow's cache. */
const code = `tests of ${Date.now()}`;

function open(changes: Partial<KubeflowEngineOptions> = {}): KubeflowEngine {
  const config = new KubeConfig();
  config.loadFromDefault();
  return new KubeflowEngine({
    runs: new MemoryRunStore(),
    objects: new MemoryObjectStore(),
    code: digestOf(code),
    pollMs: 500,
    client: new KubeflowClient({ url: KFP_ENDPOINT ?? '', namespace: KFP_NAMESPACE }),
    metadata: new MlMetadata(KFP_METADATA),
    artifacts: new ArtifactSource({ endpoint: KFP_ARTIFACTS_ENDPOINT }),
    pods: new RunPods(config, KFP_NAMESPACE),
    containers: {
      images: { 'node:20': KFP_TEST_NODE_IMAGE },
      environment: {},
      imagePullPolicy: 'IfNotPresent',
    },
    ...changes,
  });
}

const shell = (name: string, script: string, options: { image?: string; memory?: string } = {}) =>
  component({
    ...{ name, image: options.image ?? KFP_TEST_IMAGE },
    outputs: { said: 'string' },
    ...(options.memory && { resources: { memory: options.memory } }),
    command: ({ outputs }) => ['sh', '-c', script, outputs.said.path],
  });

describe.skipIf(!KFP_ENDPOINT)('Kubeflow engine, against a real Kubeflow', () => {
  vi.setConfig({ testTimeout: runTimeoutMs });

  pipelineEngineContract(async () => {
    const engine = open();
    return {
      engine,
      image: KFP_TEST_IMAGE,
      timeoutMs: runTimeoutMs,
      close: () => engine.close(),
    };
  });

  const engine = KFP_ENDPOINT ? open() : undefined;
  afterAll(() => engine?.close());

  async function run(
    definition: PipelineNode,
    changes: Parameters<typeof requestFor>[1] = {},
    on = engine,
  ): Promise<RunRecord> {
    const id = await on?.submit(requestFor(definition, changes));
    return (await on?.wait(id ?? '')) ?? Promise.reject(new Error('no engine'));
  }

  it('gives the artifacts that the same pipeline gives here, digest for digest', async () => {
    const there = await run(sumOfSquares, { useCache: false });
    const local = await engineForTest();
    const here = await local.engine.wait(await local.engine.submit(requestFor(sumOfSquares)));
    await local.close();
    expect(there).toMatchObject({ state: 'succeeded', reason: null });
    const outputs = (record: RunRecord) =>
      Object.fromEntries(record.tasks.map(({ name, outputs }) => [name, outputs]));
    expect(outputs(there)).toEqual(outputs(here));
  });

  it('takes what was done before from its cache, and not for other code', async () => {
    const definition = pipeline(
      { name: 'real-cache' },
      (p) => void p.task(shell('step', 'printf done > "$0"')),
    );
    expect((await run(definition)).tasks[0]).toMatchObject({ state: 'succeeded', cached: false });
    expect((await run(definition)).tasks[0]).toMatchObject({
      ...{ state: 'skipped', cached: true },
      outputs: { parameters: { said: 'done' } },
    });
    const other = open({ code: digestOf(`${code} changed`) });
    expect((await run(definition, {}, other)).tasks[0]).toMatchObject({ state: 'succeeded', cached: false });
    await other.close();
  });

  it('says that an image does not exist, and gives up after the limit', async () => {
    const impatient = open({ startLimitMs: 15_000 });
    const definition = pipeline(
      { name: 'real-missing' },
      (p) => void p.task(shell('step', 'true', { image: 'localhost/missing/image:1' })),
    );
    const record = await run(definition, {}, impatient);
    expect(record.state).toBe('failed');
    expect(record.reason).toMatch(/step failed: it did not start.*(ErrImagePull|ImagePullBackOff)/s);
    await impatient.close();
  });

  it('says that a task was killed for memory', async () => {
    const hungry = 'x=0123456789abcdef; while true; do x="$x$x"; done';
    const definition = pipeline(
      { name: 'real-memory' },
      (p) => void p.task(shell('step', hungry, { memory: '64Mi' })),
    );
    expect((await run(definition)).reason).toMatch(/step failed: it was killed for memory/);
  });

  it('counts the attempts of a task, and goes on where a run failed', async () => {
    const definition = pipeline({ name: 'real-resume' }, (p) => {
      const first = p.task(shell('first', 'printf done > "$0"'));
      p.task(shell('second', 'echo "not yet"; exit 3'), {}, { retries: 1 }).after(first);
    });
    const failed = await run(definition, { useCache: false });
    expect(failed.tasks).toMatchObject([
      { state: 'succeeded', attempts: 1 },
      { state: 'failed', attempts: 2, reason: expect.stringMatching(/exit code 3.*not yet/s) },
    ]);
    await engine?.resume(failed.id);
    await expect.poll(async () => isFinished((await engine?.get(failed.id))?.state ?? 'pending')).toBe(false);
    const again = await engine?.wait(failed.id);
    expect(again?.tasks).toMatchObject([
      { state: 'succeeded', attempts: 1 },
      { state: 'failed', attempts: 4 },
    ]);
  });

  it('is followed by the next process after a restart of ours', async () => {
    const [runs, objects] = [new MemoryRunStore(), new MemoryObjectStore()];
    const first = open({ runs, objects });
    const definition = pipeline(
      { name: 'real-restart' },
      (p) => void p.task(shell('step', 'sleep 5; printf done > "$0"')),
    );
    const id = await first.submit(requestFor(definition, { useCache: false }));
    await expect.poll(async () => (await first.get(id)).state, { timeout: runTimeoutMs }).toBe('running');
    await first.close();
    const next = open({ runs, objects });
    expect(await next.recover()).toEqual([id]);
    expect((await next.wait(id)).tasks[0]).toMatchObject({ state: 'succeeded', attempts: 1 });
    await next.close();
  });
});
