import type { TaskRecord } from '@visavox/core/run';
import type { PlannedTask } from './plan.ts';

/** The record of a task that has not begun. */
export function pendingRecord(name: string, reason: string | null, planned?: PlannedTask): TaskRecord {
  const known = planned && 'inputs' in planned ? planned : undefined;
  const container = known?.executor.container;
  return {
    name,
    state: 'pending',
    attempts: 0,
    cached: false,
    cacheKey: null,
    command: [...(container?.command ?? []), ...(container?.args ?? [])],
    inputs: known?.inputs ?? { parameters: {}, artifacts: {} },
    outputs: { parameters: {}, artifacts: {} },
    startedAt: null,
    finishedAt: null,
    reason,
    cpuSeconds: null,
  };
}

/** The record of a task that no engine has started: it waits, it is not to run, or it cannot. */
export function unstartedRecord(task: PlannedTask): TaskRecord {
  if (task.kind === 'skipped') return { ...pendingRecord(task.name, task.reason), state: 'skipped' };
  if (task.kind === 'impossible') return { ...pendingRecord(task.name, task.reason), state: 'failed' };
  return pendingRecord(task.name, null, task);
}

export function unfinishedAsCanceled(task: TaskRecord): TaskRecord {
  return task.state === 'pending' || task.state === 'running'
    ? { ...task, state: 'canceled', reason: task.reason ?? 'canceled' }
    : task;
}

/** A failed run's reason: those of its tasks. */
export function reasonOfFailure(tasks: readonly TaskRecord[]): string | null {
  const failed = tasks.filter((task) => task.state === 'failed');
  return failed.length > 0 ? failed.map((task) => `${task.name} failed: ${task.reason}`).join('\n') : null;
}
