import { describe, expect, it } from 'vitest';
import type { RunCurves } from '../api/types.ts';
import { chartsOf } from './run-charts.ts';

type Task = RunCurves['tasks'][number];
type Metric = Task['metrics'][number];

const time = (second: number) => new Date(Date.parse('2026-03-01T10:00:00Z') + second * 1000).toISOString();
const metric = (name: string, values: Metric['points'][number]['value'][], chart = name): Metric => ({
  ...{ name, chart, logged: values.length },
  points: values.map((value, step) => ({ step, value, time: time(step + 1) })),
});
const task = (name: string, metrics: Metric[], more: Partial<Task> = {}): Task => ({
  ...{ name, state: 'running', cached: false, startedAt: time(0), stepsAre: 'epoch', metrics },
  ...more,
});
const labels = (tasks: Task[]) =>
  chartsOf({ tasks }).charts.map(({ name, lines }) => [name, ...lines.map(({ label }) => label)]);

describe('the charts of a run', () => {
  it('have what was measured on training and on validation data together', () => {
    const tasks = [
      task('train', [metric('loss', [2, 1]), metric('val_loss', [3, 2], 'loss'), metric('lr', [1, 1])]),
    ];
    expect(labels(tasks)).toEqual([
      ['loss', 'loss', 'val_loss'],
      ['lr', 'lr'],
    ]);
    const [loss] = chartsOf({ tasks }).charts;
    expect(loss?.lines.map(({ colour, dashed }) => [colour, dashed])).toEqual([
      [0, false],
      [1, true],
    ]);
  });

  it('have tasks together that log the same', () => {
    const tasks = [
      task('face', [metric('loss', [2, 1]), metric('val_loss', [3, 2], 'loss')]),
      task('voice', [metric('loss', [2, 1]), metric('accuracy', [0, 1])]),
    ];
    expect(labels(tasks)).toEqual([
      ['loss', 'face loss', 'face val_loss', 'voice loss'],
      ['accuracy', 'voice'],
    ]);
    expect(chartsOf({ tasks }).charts[0]?.lines.map(({ colour }) => colour)).toEqual([0, 0, 1]);
  });

  it('have steps along their axis or, where nothing was logged by step, time', () => {
    const queue = metric('queue_ms', [5, 4]);
    const unstepped = { ...queue, points: queue.points.map((point) => ({ ...point, step: 0 })) };
    const { charts } = chartsOf({
      tasks: [task('train', [metric('loss', [2, 'NaN']), unstepped], { stepsAre: 'step' })],
    });
    expect(charts).toMatchObject([
      {
        axis: 'step',
        unit: null,
        lines: [
          {
            points: [
              { x: 0, y: 2 },
              { x: 1, y: Number.NaN },
            ],
          },
        ],
      },
      {
        axis: 'seconds',
        unit: 'ms',
        lines: [
          {
            points: [
              { x: 1, y: 5 },
              { x: 2, y: 4 },
            ],
          },
        ],
      },
    ]);
  });

  it('leave out what was logged once, which is listed', () => {
    expect(chartsOf({ tasks: [task('train', [metric('auc', [0.9])])] })).toEqual({
      ...{ charts: [], once: [{ task: 'train', name: 'auc', value: 0.9 }] },
    });
  });
});
