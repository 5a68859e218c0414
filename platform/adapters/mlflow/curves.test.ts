import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MlflowCurves } from './curves.ts';
import { patience, startTestMlflow, testLogin } from './server.fixture.ts';
import { testPython } from './test-python.ts';
import { MlflowTracker } from './tracker.ts';

let mlflow: Awaited<ReturnType<typeof startTestMlflow>>;
let tracker: MlflowTracker;
let curves: MlflowCurves;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracker = new MlflowTracker(mlflow.client);
  curves = new MlflowCurves(mlflow.client);
  await mlflow.server.ready();
}, patience);
afterAll(() => mlflow.stop());

const startRun = async (id: string) =>
  (await tracker.startRun({ experiment: 'curves', name: id, key: { tag: 'visavox.run', value: id } })).id;
const time = new Date('2026-03-01T10:00:00.123Z');

describe('what was logged to a run in MLflow', () => {
  it('is read with steps and times, by metric', async () => {
    const run = await startRun('whole');
    const loss = [0.9, 0.5, 0.25].map((value, step) => ({ key: 'loss', value, step, time }));
    await tracker.log(run, { metrics: [...loss, { key: 'größe/a b', value: 1, step: -1, time }] });
    const state = await curves.latest(run);
    expect(state?.ended).toBe(false);
    expect(state?.metrics).toEqual(
      expect.arrayContaining([loss[2], { key: 'größe/a b', value: 1, step: -1, time }]),
    );
    expect(await curves.history(run, 'loss')).toEqual(loss.map(({ key: _, ...point }) => point));
    expect(await curves.history(run, 'größe/a b')).toHaveLength(1);
    expect(await curves.history(run, 'nothing')).toEqual([]);
    await tracker.endRun(run, 'failed');
    expect((await curves.latest(run))?.ended).toBe(true);
  });

  it('may be no number, or infinite', async () => {
    const run = await startRun('diverged');
    const values = [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    await tracker.log(run, { metrics: values.map((value, step) => ({ key: 'loss', value, step, time })) });
    const points = await curves.history(run, 'loss');
    expect(new Map(points.map(({ step, value }) => [step, value]))).toEqual(new Map(values.entries()));
    expect((await curves.latest(run))?.metrics[0]?.value).toBe(Number.NEGATIVE_INFINITY);
  });

  it('may be more than MLflow sends at once', { timeout: patience }, async () => {
    const run = await startRun('long');
    const metrics = Array.from({ length: 26_000 }, (_, step) => ({ key: 'loss', value: step, step, time }));
    await tracker.log(run, { metrics });
    const points = await curves.history(run, 'loss');
    expect(new Set(points.map(({ step }) => step)).size).toBe(26_000);
  });

  it('is what the clients of Python log, step by step', { timeout: patience }, async () => {
    const run = await startRun('python');
    const program = `
import mlflow
for epoch in range(30):
    mlflow.log_metrics({'loss': 1 / (epoch + 1), 'val_loss': 1.5 / (epoch + 1)}, step=epoch)`;
    await promisify(execFile)(testPython(), ['-c', program], {
      env: {
        ...process.env,
        ...testLogin.forStep('whole/train'),
        MLFLOW_TRACKING_URI: mlflow.server.url,
        MLFLOW_RUN_ID: run,
      },
    });
    const points = await curves.history(run, 'val_loss');
    expect(points.map(({ step, value }) => [step, value])).toEqual(
      Array.from({ length: 30 }, (_, epoch) => [epoch, 1.5 / (epoch + 1)]),
    );
  });
});

it('is nothing where MLflow does not know the run', async () => {
  expect(await curves.latest('0123456789abcdef0123456789abcdef')).toBeUndefined();
});
