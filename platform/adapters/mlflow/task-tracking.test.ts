import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunRecord } from '@visavox/core/run';
import { component, pipeline } from '@visavox/pipelines/definition';
import type { PipelineNode } from '@visavox/pipelines/nodes';
import { engineForTest, requestFor } from '@visavox/pipelines/testing';
import { trackedRuns } from '@visavox/pipelines/tracked-runs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { patience, startTestMlflow, testLogin } from './server.fixture.ts';
import { testPython } from './test-python.ts';
import { MlflowTracker } from './tracker.ts';

let mlflow: Awaited<ReturnType<typeof startTestMlflow>>;
let test: Awaited<ReturnType<typeof engineForTest>>;
let folder: string;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  await mlflow.server.ready();
}, patience);
afterAll(() => mlflow.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-tracked-'));
  test = await openEngine();
});
afterEach(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

const openEngine = (more: Parameters<typeof engineForTest>[0] = {}) =>
  engineForTest({
    hooks: trackedRuns({
      tracker: new MlflowTracker(mlflow.client),
      datasets: { get: () => Promise.reject(new Error('no dataset is used here')) },
      credentials: (task) => Object.fromEntries(Object.entries(testLogin.forStep(task))),
    }),
    path: [dirname(testPython())],
    environment: { MLFLOW_TRACKING_URI: mlflow.server.url },
    ...more,
  });
const run = async (definition: PipelineNode): Promise<RunRecord> =>
  test.engine.wait(await test.engine.submit(requestFor(definition)));

const Pairs = z.array(z.object({ key: z.string(), value: z.unknown() })).default([]);
const Found = z.object({
  runs: z
    .array(
      z.object({
        info: z.object({ run_id: z.string(), run_name: z.string(), status: z.string() }),
        data: z.object({ metrics: Pairs, params: Pairs, tags: Pairs }),
      }),
    )
    .default([]),
});
const asRecord = (pairs: z.infer<typeof Pairs>) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
/** The runs of an experiment as MLflow shows them, by name. */
async function shown(experiment: string) {
  const named = await mlflow.client.get(
    'experiments/get-by-name',
    { experiment_name: experiment },
    z.object({ experiment: z.object({ experiment_id: z.string() }) }),
  );
  const search = {
    experiment_ids: [named.experiment.experiment_id],
    order_by: ['attributes.start_time ASC'],
  };
  const { runs } = await mlflow.client.post('runs/search', search, Found);
  return runs.map(({ info, data }) => ({
    ...info,
    ...{ metrics: asRecord(data.metrics), params: asRecord(data.params), tags: asRecord(data.tags) },
  }));
}

const python = (name: string, program: string, more: { retries?: number; cache?: boolean } = {}) =>
  component({
    name,
    inputs: { depth: { type: 'integer', default: 0 } },
    outputs: { result: 'struct' },
    command: ({ inputs, outputs }) => ['python', '-c', program, inputs.depth, outputs.result.path],
    ...more,
  });

describe('each task of a run has a run of its own in MLflow', () => {
  it('where autologging of tasks that run at once does not collide', { timeout: patience }, async () => {
    const fit = python(
      'fit',
      `
import sys, mlflow
from sklearn.tree import DecisionTreeClassifier
mlflow.sklearn.autolog(log_models=False, log_datasets=False)
DecisionTreeClassifier(max_depth=int(sys.argv[1]), random_state=0).fit([[0], [1], [2], [3]], [0, 1, 0, 1])
open(sys.argv[2], 'w').write('{"acc@1": %s}' % sys.argv[1])`,
    );
    const record = await run(
      pipeline({ name: 'autologged' }, (p) => {
        p.forEach([1, 2, 3], { name: 'each' }, (depth) => p.task(fit, { depth }).outputs);
      }),
    );
    expect(record).toMatchObject({ state: 'succeeded', reason: null });
    const [parent, ...tasks] = await shown('autologged');
    expect(tasks.map(({ run_name }) => run_name).sort()).toEqual([0, 1, 2].map((n) => `each/${n}/fit`));
    for (const [index, task] of tasks.sort((a, b) => (a.run_name < b.run_name ? -1 : 1)).entries()) {
      expect(task).toMatchObject({
        status: 'FINISHED',
        params: { max_depth: String(index + 1), depth: String(index + 1) },
        metrics: { acc_1: index + 1, training_score: expect.any(Number) },
        tags: {
          'mlflow.parentRunId': parent?.run_id,
          'visavox.code': record.pins.code,
          'visavox.name.acc_1': 'acc@1',
        },
      });
      expect(record.tasks[index]?.trackingRun).toBe(task.run_id);
    }
    expect(parent).toMatchObject({ run_id: record.trackingRun, status: 'FINISHED' });
    expect(parent?.metrics).toMatchObject({ 'each/0/fit/acc_1': 1, 'each/2/fit/acc_1': 3 });
    expect(record.notices).toContain('each/1/fit: The metric "acc@1" is called "acc_1" in MLflow.');
  });

  const note = `
import os, sys, json
from mlflow import MlflowClient
client, run = MlflowClient(), os.environ['MLFLOW_RUN_ID']
client.log_metric(run, 'tries', float(os.environ['VISAVOX_ATTEMPT'].rpartition('~')[2]))`;

  it('which its attempts go on with, and which knows when it failed', { timeout: patience }, async () => {
    const flaky = python(
      'flaky',
      `${note}
if not os.environ['VISAVOX_ATTEMPT'].endswith('~2'): sys.exit(1)
open(sys.argv[2], 'w').write(json.dumps(dict(os.environ)))`,
      { retries: 1 },
    );
    const record = await run(
      pipeline({ name: 'retried' }, (p) => {
        p.task(flaky);
        p.task(python('wrong', 'raise SystemExit(3)'));
      }),
    );
    const [parent, ...tasks] = await shown('retried');
    expect(parent?.status).toBe('FAILED');
    expect(Object.fromEntries(tasks.map(({ run_name, status }) => [run_name, status]))).toEqual({
      flaky: 'FINISHED',
      wrong: 'FAILED',
    });
    const task = tasks.find(({ run_name }) => run_name === 'flaky');
    expect(task?.metrics).toMatchObject({ tries: 2 });
    expect(record.tasks.find(({ name }) => name === 'flaky')?.outputs.parameters.result).toMatchObject({
      MLFLOW_TRACKING_URI: mlflow.server.url,
      MLFLOW_RUN_ID: task?.run_id,
      MLFLOW_EXPERIMENT_ID: expect.stringMatching(/^\d+$/),
      MLFLOW_RUN_CONTEXT: JSON.stringify({ 'mlflow.parentRunId': task?.run_id }),
      MLFLOW_TRACKING_TOKEN: testLogin.forStep(`${record.id}/flaky`).MLFLOW_TRACKING_TOKEN,
    });
  });

  it('which it goes on with when the engine was killed, and none where it comes from the cache', {
    timeout: patience,
  }, async () => {
    const steady = python(
      'steady',
      `import json, sys, time; time.sleep(2); json.dump({'n': 1}, open(sys.argv[2], 'w'))`,
    );
    const definition = pipeline({ name: 'adopted' }, (p) => void p.task(steady));
    const id = await test.engine.submit(requestFor(definition));
    await expect
      .poll(async () => (await test.engine.get(id)).tasks[0]?.state, { timeout: 30_000 })
      .toBe('running');
    await test.engine.close();
    const { runs, objects } = test;
    test = await openEngine({ folder: test.folder, runs, objects });
    await test.engine.recover();
    expect((await test.engine.wait(id)).state).toBe('succeeded');
    const again = await run(definition);
    expect(again.tasks[0]).toMatchObject({ cached: true });

    const found = await shown('adopted');
    expect(found.map(({ run_name, status }) => [run_name.split(' ')[0], status])).toEqual([
      ['adopted', 'FINISHED'],
      ['steady', 'FINISHED'],
      ['adopted', 'FINISHED'],
    ]);
    expect(found[2]?.tags).toMatchObject({ 'visavox.cached.steady': found[1]?.run_id });
    expect(found[2]?.metrics).toMatchObject({ 'steady/n': 1 });
  });
});
