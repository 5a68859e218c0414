import { digestOf, shortDigest } from '@visavox/core/digest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MlflowClient } from './mlflow-client.ts';
import { patience, startTestMlflow } from './server.fixture.ts';
import { MlflowTracker } from './tracker.ts';

let mlflow: Awaited<ReturnType<typeof startTestMlflow>>;
let tracker: MlflowTracker;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracker = new MlflowTracker(mlflow.client);
  await mlflow.server.ready();
}, patience);
afterAll(() => mlflow.stop());

const Pairs = z.array(z.object({ key: z.string(), value: z.unknown() })).default([]);
const runAnswer = z.object({
  run: z.object({
    info: z.object({ status: z.string(), run_name: z.string(), experiment_id: z.string() }),
    data: z.object({ metrics: Pairs, params: Pairs, tags: Pairs }),
    inputs: z.unknown(),
  }),
});
const asRecord = (pairs: z.infer<typeof Pairs>) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
async function shown(id: string) {
  const { run } = await mlflow.client.get('runs/get', { run_id: id }, runAnswer);
  const { metrics, params, tags } = run.data;
  return { ...run, metrics: asRecord(metrics), params: asRecord(params), tags: asRecord(tags) };
}
const startRun = (id: string) =>
  tracker.startRun({
    experiment: 'recogniser',
    name: `training ${id}`,
    key: { tag: 'visavox.run', value: id },
  });
const time = new Date();
const metric = (key: string, value: number, step = 0) => ({ key, value, step, time });

it('runs in a folder whose name has characters that mean something in URLs', () => {
  expect(mlflow.home).toContain('%41');
  expect(mlflow.server.healthy).toBe(true);
});

describe('a tracked run', () => {
  it('is shown from its start to its end', async () => {
    const { id } = await startRun('whole');
    const metrics = [metric('loss', 0.5), metric('loss', 0.25, 1), metric('diverged', Number.NaN)];
    expect(await tracker.log(id, { parameters: { shards: 2, dataset: 'people' }, metrics })).toEqual([]);
    await tracker.endRun(id, 'succeeded');
    expect(await shown(id)).toMatchObject({
      info: { status: 'FINISHED' },
      params: { shards: '2', dataset: 'people' },
      metrics: { loss: 0.25, diverged: 'NaN' },
    });
  });

  it('is the same when it is started again after a crash, and goes on', async () => {
    const { id, known } = await startRun('twice');
    expect(known).toBe(false);
    await tracker.endRun(id, 'failed');
    expect(await startRun('twice')).toMatchObject({ id, known: true });
    expect((await shown(id)).info.status).toBe('RUNNING');
    await tracker.log(id, { parameters: { seed: 1 } });
    await tracker.log(id, { parameters: { seed: 1 } });
    await tracker.endRun(id, 'canceled');
    expect((await shown(id)).info.status).toBe('KILLED');
  });

  it('is in an experiment that is made once, however many ask for it at once', async () => {
    const runs = await Promise.all(
      ['1', '2', '3', '4'].map((value) =>
        tracker.startRun({ experiment: 'contended', name: value, key: { tag: 'visavox.run', value } }),
      ),
    );
    expect(new Set(runs.map(({ id }) => id)).size).toBe(4);
    expect(new Set(runs.map(({ experiment }) => experiment)).size).toBe(1);
  });

  it('is nested below the run that it is a part of', async () => {
    const parent = await startRun('parent');
    const { id } = await tracker.startRun({
      ...{ experiment: 'recogniser', name: 'train', parent: parent.id, mayExist: false },
      key: { tag: 'visavox.task', value: 'parent/train' },
    });
    expect(await shown(id)).toMatchObject({
      info: { run_name: 'train', experiment_id: parent.experiment },
      tags: { 'mlflow.parentRunId': parent.id, 'visavox.task': 'parent/train' },
    });
  });

  it('shows the datasets that went in, by their whole digest', async () => {
    const { id } = await startRun('inputs');
    const digest = digestOf('manifest');
    await tracker.log(id, { datasets: [{ name: 'people', digest, context: 'training' }] });
    expect((await shown(id)).inputs).toMatchObject({
      dataset_inputs: [
        {
          dataset: { name: 'people', digest: shortDigest(digest) },
          tags: expect.arrayContaining([
            { key: 'mlflow.data.context', value: 'training' },
            { key: 'visavox.dataset', value: digest },
          ]),
        },
      ],
    });
  });
});

describe('nothing is lost without a word', () => {
  it('when MLflow does not take a name', async () => {
    const { id } = await startRun('named');
    const metrics = [metric('acc@1', 0.5), metric('wer (%)', 3), metric('plain', 1), metric('größe', 2)];
    const parameters = { config: { a: { b: 1 } }, names: ['a,b', 'c'], 'über@all': '' };
    expect(await tracker.log(id, { parameters, metrics })).toEqual([
      'The parameter "über@all" is called "über_all" in MLflow.',
      'The metric "acc@1" is called "acc_1" in MLflow.',
      'The metric "wer (%)" is called "wer _" in MLflow.',
    ]);
    expect(await shown(id)).toMatchObject({
      metrics: { acc_1: 0.5, 'wer _': 3, plain: 1, größe: 2 },
      params: { config: '{"a":{"b":1}}', names: '["a,b","c"]', über_all: '' },
      tags: { 'visavox.name.acc_1': 'acc@1', 'visavox.name.über_all': 'über@all' },
    });
  });

  it('when there is more than MLflow takes in one call, and longer', async () => {
    const { id } = await startRun('large');
    const metrics = Array.from({ length: 2500 }, (_, step) => metric('loss', 1 / (step + 1), step));
    const parameters = Object.fromEntries(
      Array.from({ length: 250 }, (_, n) => [`p${n}`, '"é'.repeat(n === 0 ? 10_000 : 2990)]),
    );
    const notices = await tracker.log(id, { parameters, metrics, tags: { long: 'x'.repeat(9000) } });
    expect(notices).toEqual([
      'The parameter "p0" has 20000 characters; MLflow keeps the first 6000.',
      'The tag "long" has 9000 characters; MLflow keeps the first 8000.',
    ]);
    const run = await shown(id);
    expect(run.metrics.loss).toBe(1 / 2500);
    expect(Object.keys(run.params)).toHaveLength(250);
    expect(run.params.p0).toBe('"é'.repeat(3000));
    expect(run.tags['visavox.cut.p0']).toBe('20000 characters, of which 6000 are kept');
  });

  it('when MLflow refuses one row: all others are there, and its reason is told', async () => {
    const { id } = await startRun('refused');
    await tracker.log(id, { parameters: { seed: 1 } });
    const metrics = [
      metric('before', 1),
      { ...metric('impossible', 2), time: new Date(-5) },
      metric('after', 3),
    ];
    const notices = await tracker.log(id, { parameters: { seed: 2, depth: 3 }, metrics });
    expect(notices).toHaveLength(2);
    expect(notices).toContainEqual(
      expect.stringMatching(/^The parameter "seed" is not in MLflow.*Changing param/),
    );
    expect(notices).toContainEqual(expect.stringContaining('The metric "impossible" is not in MLflow'));
    const run = await shown(id);
    expect(run.params).toEqual({ seed: '1', depth: '3' });
    expect(run.metrics).toEqual({ before: 1, after: 3 });
  });
});

it('says what is the matter when MLflow is away', async () => {
  const start = (problem?: string) =>
    new MlflowTracker(
      new MlflowClient({ url: 'http://127.0.0.1:9', patienceMs: 300, problem: () => problem }),
    ).startRun({ experiment: 'e', name: 'n', key: { tag: 'visavox.run', value: 'n' } });
  await expect(start()).rejects.toMatchObject({ kind: 'unavailable', code: 'tracking_unavailable' });
  await expect(start('it ended after 2 s')).rejects.toThrow('it ended after 2 s');
});
