import { join } from 'node:path';
import { type CodeManifest, codeManifest } from '@visavox/core/code';
import { digestOf } from '@visavox/core/digest';
import { CodeKeys } from '@visavox/pipelines/code/code-keys';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { compile } from '@visavox/pipelines/compile';
import { plan, type ReadyTask } from '@visavox/pipelines/plan';
import { beforeAll, describe, expect, it } from 'vitest';
import { backbonePipeline } from './backbone-pipeline.ts';
import recogniser from './pipeline.ts';

const root = join(import.meta.dirname, '..');
let manifest: CodeManifest;
beforeAll(async () => {
  manifest = (await takeSnapshot(root)).manifest;
});

const spec = compile(recogniser);
const executors = Object.keys(spec.deploymentSpec.executors);

/** By executor, what identifies its code when one file of the repository is another. */
async function keysWith(changed?: string): Promise<ReadonlyMap<string, string | null>> {
  const files = manifest.files.map((file) =>
    file.path === changed ? { ...file, digest: digestOf('another') } : file,
  );
  if (changed)
    expect(files).toContainEqual(expect.objectContaining({ path: changed, digest: digestOf('another') }));
  const keys = new CodeKeys(
    // Imports are those of the repository itself: only digests differ.
    { manifest: async () => codeManifest(files, manifest.links), with: (_, use) => use(root) },
    { path: process.env.PATH, log: () => {} },
  );
  const keyOf = keys.of(spec, digestOf(changed ?? 'as it is'));
  const first = plan(spec, { dataset: 'd', champion: 'c', seed: 1, shards: 2 }, new Map()).tasks.find(
    (task): task is ReadyTask => task.kind === 'ready',
  );
  if (!first) throw new Error('nothing is ready');
  return new Map(
    await Promise.all(
      executors.map(async (label) => {
        const component = { ...first.component, executorLabel: label };
        return [label, await keyOf({ ...first, component })] as const;
      }),
    ),
  );
}

async function changedBy(path: string): Promise<readonly string[]> {
  const [before, after] = [await keysWith(), await keysWith(path)];
  return executors.filter((label) => before.get(label) !== after.get(label)).map((label) => label.slice(5));
}

describe('the steps of the recogniser', () => {
  it('are all identified by what they import', async () => {
    expect([...(await keysWith()).values()]).not.toContain(null);
    for (const { component } of [recogniser, backbonePipeline].flatMap(({ nodes }) =>
      nodes.filter((node) => node.kind === 'task'),
    ))
      expect([component.name, component.sources.length > 0]).toEqual([component.name, true]);
  });

  it('embed anew when the networks are run in another way', async () => {
    expect(await changedBy('platform/serving/onnx-network.ts')).toContain('embed-shard');
    expect(await changedBy('recognition/signals/resample.ts')).toContain('embed-shard');
  });

  it('do not embed anew when a word of the report is another', async () => {
    expect(await changedBy('recognition/steps/report.ts')).toEqual(['report']);
    expect(await changedBy('README.md')).toEqual([]);
  });

  it('train anew when the training is another, and only that', async () => {
    expect(await changedBy('recognition/training/visavox_training/cross_fitting.py')).toEqual([
      'train-face',
      'train-voice',
    ]);
  });
});
