import { MemoryReleaseStore } from '@visavox/control/testing/memory-stores';
import { type DatasetVersion, datasetVersion } from '@visavox/core/dataset';
import { type Digest, digestOf } from '@visavox/core/digest';
import type { ModelVersion } from '@visavox/core/model';
import type { ModelRegistry } from '@visavox/core/ports';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { datasetTraining } from './dataset-training.ts';

const train = component({
  name: 'train',
  inputs: { scans: 'dataset-version' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => ['train', inputs.scans.path, outputs.model.path, outputs.accuracy.path],
});
const spec = compile(
  pipeline(
    { name: 'digits', parameters: { scans: 'dataset-version' } },
    (p) => void p.task(train, p.parameters),
  ),
);

const version = (...texts: string[]) =>
  datasetVersion(
    'scans',
    texts.map((text, at) => ({
      ...{ key: `${at}.csv`, digest: digestOf(text), bytes: text.length, mediaType: 'text/csv' },
      ...{ labels: {}, provenance: {} },
    })),
  );

let saved: DatasetVersion[];
let registered: ModelVersion[];
let releases: MemoryReleaseStore;
beforeEach(() => {
  saved = [];
  registered = [];
  releases = new MemoryReleaseStore();
});

const registry: ModelRegistry = {
  register: async ({ trackingRun: _, ...model }) => {
    const made = { ...model, version: registered.length + 1, createdAt: '2026-01-01T00:00:00.000Z' };
    registered.push(made);
    return made;
  },
  get: async (_name, number) => registered[number - 1] ?? Promise.reject(new Error(`no version ${number}`)),
  list: async () => registered,
  setAlias: async () => {},
};

const subject = () =>
  datasetTraining({
    ...{ model: 'digits', environment: 'production', dataset: 'scans', pipelineSpec: spec },
    ...{ releases, registry, objects: new MemoryObjectStore() },
    datasets: {
      save: async (given) => void saved.push(given),
      get: async (digest) => saved.find((one) => one.digest === digest) ?? Promise.reject(new Error(digest)),
      latest: async (name) => (name === 'scans' ? saved.at(-1)?.digest : undefined),
      list: async () => [],
    },
  });

const run = (
  accuracy: number,
  changes: Partial<RunRecord> = {},
  more: TaskRecord['outputs']['parameters'] = {},
) =>
  ({
    ...{ id: `run-${accuracy}`, state: 'succeeded', trackingRun: null },
    tasks: [
      {
        name: 'train',
        outputs: {
          parameters: { accuracy, ...more },
          artifacts: {
            model: [
              {
                name: 'model',
                digest: digestOf(`net ${accuracy}`),
                bytes: 4,
                type: 'system.Model',
                metadata: {},
              },
            ],
          },
        },
      },
    ],
    ...changes,
  }) as unknown as RunRecord;

async function champion(model: ModelVersion): Promise<void> {
  const { name, version: number, bundle } = model;
  await releases.create({
    ...{ id: 'first', environment: 'production', model: name, version: number, bundle },
    ...{ stage: 'preparing', reason: '', createdAt: '2026-01-01T00:00:00.000Z', promotedAt: null },
  });
  await releases.promote('first', '');
}

describe('a training on the newest version of a dataset', () => {
  it('gives the pipeline that version, by the one parameter that takes a dataset', async () => {
    saved.push(version('a'), version('a', 'b'));
    const { digest } = await subject().snapshot();
    expect(digest).toBe(saved[1]?.digest);
    expect(await subject().request(digest as Digest, null)).toMatchObject({
      ...{ parameters: { scans: digest }, datasets: [digest], pipelineSpec: spec },
    });
  });

  it('counts the items that are new or changed', async () => {
    const counts = subject();
    expect(await counts.countNew(null)).toEqual({ items: 0 });
    saved.push(version('a'), version('changed', 'b', 'c'));
    expect(await counts.countNew(null)).toEqual({ items: 3 });
    expect(await counts.countNew(saved[0]?.digest ?? null)).toEqual({ items: 3 });
    expect(await counts.countNew(saved[1]?.digest ?? null)).toEqual({ items: 0 });
  });

  it('says how to get data where there is none', async () => {
    await expect(subject().snapshot()).rejects.toMatchObject({
      ...{ code: 'no_dataset', action: 'Import one: visavox data import FOLDER --name scans' },
    });
  });

  it('registers what the run made, and compares it with what the champion’s run measured', async () => {
    const first = await subject().result(run(0.9));
    expect(first).toMatchObject({ model: { version: 1, run: 'run-0.9', metrics: { accuracy: 0.9 } } });
    expect(first?.comparison.metrics).toMatchObject([{ champion: null, candidate: 0.9 }]);
    if (first) await champion(first.model);
    const second = await subject().result(run(0.95));
    expect(second?.comparison.metrics).toMatchObject([
      { metric: 'accuracy', champion: 0.9, candidate: 0.95, difference: 0.05 },
    ]);
  });

  it('leaves the comparison to the pipeline where a task gives one', async () => {
    const comparison = { units: 40, unitName: 'writers', metrics: [] };
    expect(await subject().result(run(0.9, {}, { comparison }))).toMatchObject({ comparison });
  });

  it('has no result where a later task failed: a check of the project’s own is a veto', async () => {
    expect(await subject().result(run(0.9, { state: 'failed' }))).toBeNull();
    expect(registered).toEqual([]);
  });
});
