import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import type { Bindings, RunRecord, TaskRecord } from './run.ts';
import { compareRuns } from './run-comparison.ts';

const artifact = (content: string, metadata: Record<string, unknown> = {}, type = 'system.Model') => ({
  ...{ name: 'head', digest: digestOf(content), bytes: content.length, type, metadata },
});
const bindings = (parts: Partial<Bindings>): Bindings => ({ parameters: {}, artifacts: {}, ...parts });
const task = (name: string, inputs: Partial<Bindings>, outputs: Partial<Bindings>): TaskRecord => ({
  ...{ name, state: 'succeeded', attempts: 1, cached: false, cacheKey: null, command: [] },
  ...{ inputs: bindings(inputs), outputs: bindings(outputs) },
  ...{ startedAt: null, finishedAt: null, reason: null, cpuSeconds: null },
});

/** Trains a head and evaluates it; `head` stands for its bytes. */
function run(
  engine: RunRecord['engine'],
  {
    head,
    accuracy,
    environment = engine as string,
  }: {
    head: string;
    accuracy: number;
    environment?: string;
  },
): RunRecord {
  const features = { features: [artifact('features')] };
  return {
    ...{
      id: `on-${engine}`,
      pipeline: 'digits',
      state: 'succeeded',
      reason: null,
      trigger: 'manual',
      engine,
    },
    pins: {
      ...{ pipeline: digestOf('p'), code: digestOf('c'), environment: digestOf(environment) },
      ...{ datasets: [digestOf('d')], parameters: { rate: 0.1 }, seed: 1 },
    },
    ...{ trackingRun: null, createdAt: '2030-01-01', finishedAt: null },
    tasks: [
      task('gather', {}, { artifacts: features }),
      task('train', { artifacts: features }, { artifacts: { head: [artifact(head)] } }),
      task(
        'evaluate',
        { artifacts: { head: [artifact(head)] } },
        {
          parameters: { comparison: { metrics: [{ metric: 'accuracy', candidate: accuracy }] } },
          artifacts: { quality: [artifact('', { accuracy, uri: `s3://${engine}` }, 'system.Metrics')] },
        },
      ),
    ],
  };
}

describe('two runs side by side', () => {
  it('are identical also where one took a result from the cache', () => {
    const [a, b] = [run('local', { head: 'h', accuracy: 1 }), run('local', { head: 'h', accuracy: 1 })];
    a.tasks[0] = { ...a.tasks[0]!, state: 'skipped', cached: true };
    expect(compareRuns(a, b)).toMatchObject({ identical: true });
  });

  it('name the tasks whose packages were different', () => {
    const [a, b] = [run('local', { head: 'h', accuracy: 1 }), run('local', { head: 'h', accuracy: 1 })];
    a.tasks[1]!.environment = { digest: digestOf('numpy==2.0'), packages: ['numpy==2.0'] };
    b.tasks[1]!.environment = { digest: digestOf('numpy==2.1'), packages: ['numpy==2.1'] };
    expect(compareRuns(a, b).pins).toContainEqual({
      ...{ name: 'packages of train', equal: false },
      ...{ a: digestOf('numpy==2.0'), b: digestOf('numpy==2.1') },
    });
  });

  it('are identical when all they made is, wherever they ran', () => {
    const same = { head: 'weights', accuracy: 0.9 };
    const comparison = compareRuns(run('local', same), run('kubeflow', same));
    expect(comparison).toMatchObject({ identical: true, origins: [] });
    expect(comparison.artifacts.map(({ name }) => name)).toEqual([
      ...['gather/features', 'train/head', 'evaluate/quality'],
    ]);
    expect(comparison.pins.filter(({ equal }) => !equal).map(({ name }) => name)).toEqual(['environment']);
  });

  it('differ from the task on that was given the same and made something else', () => {
    const comparison = compareRuns(
      run('local', { head: 'weights', accuracy: 0.9 }),
      run('kubeflow', { head: 'other weights', accuracy: 0.8 }),
    );
    expect(comparison.identical).toBe(false);
    expect(comparison.origins).toEqual(['train']);
    expect(comparison.artifacts.filter(({ equal }) => !equal)).toEqual([
      { name: 'train/head', a: digestOf('weights'), b: digestOf('other weights'), equal: false },
    ]);
    expect(comparison.values).toContainEqual({
      ...{ name: 'evaluate/comparison.metrics.0.candidate', a: 0.9, b: 0.8, equal: false },
    });
    expect(comparison.values.map(({ name }) => name)).toContain('evaluate/quality.accuracy');
  });

  it('show what only one of them has', () => {
    const a = run('local', { head: 'weights', accuracy: 0.9 });
    const b = { ...a, tasks: a.tasks.slice(0, 2) };
    expect(compareRuns(a, b)).toMatchObject({ identical: false });
    expect(compareRuns(a, b).tasks.at(-1)).toEqual({
      name: 'evaluate',
      a: 'succeeded',
      b: null,
      equal: false,
    });
  });
});
