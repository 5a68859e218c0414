import type { RunCurves } from '@visavox/api/curve-schemas';
import { describe, expect, it } from 'vitest';
import { figure, StepLines } from './step-lines.ts';

type Task = RunCurves['tasks'][number];
type Value = Task['metrics'][number]['points'][number]['value'];

const began = Date.parse('2026-03-01T10:00:00Z');
const at = (second: number) => new Date(began + second * 1000).toISOString();
/** A value for each step; a step takes three seconds. */
const metric = (name: string, values: readonly Value[], more: { chart?: string; logged?: number } = {}) => ({
  ...{ name, chart: name, logged: values.length, ...more },
  points: values.map((value, step) => ({ step, value, time: at((step + 1) * 3) })),
});
const task = (metrics: Task['metrics'], more: Partial<Task> = {}): Task => ({
  ...{ name: 'train', state: 'running', cached: false, startedAt: at(0), stepsAre: 'epoch', metrics },
  ...more,
});
const words = (lines: readonly string[]) => lines.map((line) => line.trim().replace(/\s{2,}/g, '  '));
/** Plain, as where no terminal is. */
const plain = (lines: StepLines, of: Task) => words(lines.next(of, null));

describe('each step of a task is a line', () => {
  it('with what was logged in it, and how long it took', () => {
    const metrics = [
      metric('loss', [0.9123, 0.5]),
      metric('accuracy', [0.71, 0.9411]),
      metric('lr', [0.001]),
    ];
    expect(plain(new StepLines(), task(metrics))).toEqual([
      'train  epoch 0  loss 0.912  accuracy 0.710  lr 1e-3  3.0 s',
      'train  epoch 1  loss 0.500  accuracy 0.941  3.0 s',
    ]);
  });

  it('once, also where one metric comes after the others', () => {
    const lines = new StepLines();
    expect(plain(lines, task([metric('loss', [0.9])]))).toHaveLength(1);
    expect(plain(lines, task([metric('loss', [0.9])]))).toEqual([]);
    expect(plain(lines, task([metric('loss', [0.9, 0.8]), metric('val_loss', [1])]))).toEqual([
      'train  epoch 0  val_loss 1  3.0 s',
      'train  epoch 1  loss 0.800  3.0 s',
    ]);
  });

  it('again where a later attempt does it again', () => {
    const lines = new StepLines();
    lines.next(task([metric('loss', [0.9, 0.8])]), null);
    const again = metric('loss', [0.7]);
    const points = again.points.map((point) => ({ ...point, time: at(60) }));
    expect(plain(lines, task([{ ...again, points }]))).toEqual(['train  epoch 0  loss 0.700  60.0 s']);
  });

  it('without a time where it is not known: the task was taken from the cache', () => {
    const cached = task([metric('loss', [0.9, 0.8])], { cached: true, stepsAre: 'step' });
    expect(plain(new StepLines(), cached)).toEqual([
      'train  step 0  loss 0.900',
      'train  step 1  loss 0.800  3.0 s',
    ]);
  });

  it('or, where nothing was logged with steps, the newest value', () => {
    const queue = metric('queue', [5, 4, 3]);
    const unstepped = { ...queue, points: queue.points.map((point) => ({ ...point, step: 0 })) };
    expect(plain(new StepLines(), task([unstepped]))).toEqual(['train  queue 3']);
  });

  it('that is left out where long curves were thinned and only one of them has it', () => {
    const few = { ...metric('loss', [3, 2, 1]), logged: 900 };
    const other = { ...metric('accuracy', [0.1, 0.3, 0.2]), logged: 900 };
    const without = { ...other, points: other.points.filter(({ step }) => step !== 1) };
    expect(plain(new StepLines(), task([few, without]))).toEqual([
      ...['train  epoch 0  loss 3  accuracy 0.100', 'train  epoch 2  loss 1  accuracy 0.200'],
    ]);
  });
});

describe('on a terminal', () => {
  const losses = metric('loss', [4, 3, 2, 1]);
  const shown = (metrics: Task['metrics'], columns: number) =>
    new StepLines()
      .next(task(metrics), columns)
      .at(-1)
      ?.replace(/\s{2,}/g, '  ')
      .trim();

  it('a picture tells how what the training is judged by went', () => {
    const val = metric('val_loss', [4, 3, 2, 1], { chart: 'loss' });
    expect(
      shown([losses, val, metric('accuracy', [0.5, 0.6, 0.7, 'NaN']), metric('lr', [1, 1, 1, 1])], 200),
    ).toBe('train  epoch 3  loss 1 █▆▃▁  val_loss 1  accuracy NaN ▁▅█×  lr 1  3.0 s');
  });

  it('a line is no longer than the window, and says how much it leaves out', () => {
    const many = Array.from({ length: 30 }, (_, index) => metric(`metric_${index}`, [1, 2, 3, 4]));
    const line = new StepLines().next(task([losses, ...many]), 100).at(-1) ?? '';
    expect(line.length).toBeLessThanOrEqual(100);
    expect(line).toMatch(/loss 1 █▆▃▁ .* \+2\d {2}3\.0 s$/);
  });
});

it.each([
  [0.21349, '0.213'],
  [0.001, '1e-3'],
  [0.00012345, '1.23e-4'],
  [12, '12'],
  [12345.6, '12346'],
  [2_500_000.5, '2.5e6'],
  [1e300, '1e300'],
  [0, '0'],
  [Number.NaN, 'NaN'],
])('writes %d as %s', (value, text) => {
  expect(figure(value)).toBe(text);
});
