import { describe, expect, it } from 'vitest';
import type { TaskRecord } from './run.ts';
import { metricsOf } from './run-metrics.ts';

describe('the numbers of a run', () => {
  const task = (name: string, parameters: TaskRecord['outputs']['parameters']) =>
    ({ name, outputs: { parameters, artifacts: {} } }) as unknown as TaskRecord;

  it('carry the name of their task where two tasks gave one', () => {
    const tasks = [task('train', { loss: 0.2, accuracy: 0.9 }), task('test', { loss: 0.3 })];
    expect(metricsOf({ tasks })).toEqual({ 'train/loss': 0.2, accuracy: 0.9, 'test/loss': 0.3 });
  });
});
