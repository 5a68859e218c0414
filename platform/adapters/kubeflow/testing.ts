import { digestOf } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunStore } from '@visavox/core/ports';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { ArtifactSource } from './artifact-source.ts';
import { type FakeCluster, FakeKubeflow } from './fake-kubeflow.fixture.ts';
import { KubeflowClient } from './kubeflow-client.ts';
import { KubeflowEngine, type KubeflowEngineOptions } from './kubeflow-engine.ts';
import { MlMetadata } from './ml-metadata.ts';
import { RunPods } from './run-pods.ts';

export interface EngineOnFake {
  readonly engine: KubeflowEngine;
  readonly kubeflow: FakeKubeflow;
  readonly runs: RunStore;
  readonly objects: ObjectStore;
  /** Another engine on the same stores, as after a restart of our process. */
  again(changes?: Partial<KubeflowEngineOptions>): KubeflowEngine;
  close(): Promise<void>;
}

/** An engine on a Kubeflow of processes. */
export async function fakeTarget(
  options: Partial<KubeflowEngineOptions> = {},
  cluster: FakeCluster = {},
): Promise<EngineOnFake> {
  const kubeflow = await FakeKubeflow.start(cluster);
  const { runs = new MemoryRunStore(), objects = new MemoryObjectStore() } = options;
  const engines: KubeflowEngine[] = [];
  process.env.AWS_ACCESS_KEY_ID ??= 'fake';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'fake';
  const again = (changes: Partial<KubeflowEngineOptions> = {}) => {
    const engine = new KubeflowEngine({
      ...{ runs, objects, code: digestOf('code'), pollMs: 50 },
      client: new KubeflowClient({ url: kubeflow.url }),
      metadata: new MlMetadata(kubeflow.metadataAddress),
      artifacts: new ArtifactSource({ endpoint: `${kubeflow.url}/s3` }),
      pods: new RunPods(kubeflow.kubernetes, 'kubeflow'),
      containers: { images: {}, environment: {} },
      ...options,
      ...changes,
    });
    engines.push(engine);
    return engine;
  };
  return {
    ...{ engine: again(), kubeflow, runs, objects, again },
    close: async () => {
      for (const engine of engines) await engine.close();
      await kubeflow.stop();
    },
  };
}
