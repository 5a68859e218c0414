import type { DatasetStore, TrackedMetric, Tracker } from '@visavox/core/ports';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { numbersOf } from '@visavox/core/run-metrics';
import { bestOf, type Outcome, type Sweep } from '@visavox/core/sweep';
import type { RunHooks } from './run-hooks.ts';

export interface TrackedRunsResources {
  readonly tracker: Tracker;
  readonly datasets: Pick<DatasetStore, 'get'>;
  /** The variables by which a task signs in at the tracking server, for this task alone. */
  readonly credentials?: (task: string) => Readonly<Record<string, string>>;
}

/**
 * One tracked run for each pipeline run, and below it one for each task. A task's processes are given what Kubeflow
 * Pipelines' own MLflow plug-in gives (KEP-12862): MLflow's clients, and its autologging, write to the task's run.
 */
export function trackedRuns(resources: TrackedRunsResources): RunHooks {
  const { tracker, datasets, credentials = () => ({}) } = resources;

  const datasetsOf = (run: RunRecord) =>
    Promise.all(
      run.pins.datasets.map(async (digest) => ({
        name: (await datasets.get(digest)).manifest.name,
        digest,
        context: 'training',
      })),
    );

  const startTask = async (run: RunRecord, task: TaskRecord, parent: string) => {
    const tracked = await tracker.startRun({
      experiment: run.pipeline,
      name: task.name,
      key: { tag: 'visavox.task', value: `${run.id}/${task.name}` },
      tags: pinned(run),
      parent,
      mayExist: takenUp.has(run.id),
    });
    if (!tracked.known) await tracker.log(tracked.id, { datasets: await datasetsOf(run) });
    return tracked;
  };

  const finishTask = async (run: RunRecord, task: TaskRecord, parent: string) => {
    const numbers = numbersOf(task);
    const time = new Date(task.finishedAt ?? run.createdAt);
    await tracker.log(parent, {
      metrics: rows(numbers, `${task.name}/`, time),
      tags: task.cached && task.trackingRun ? { [`visavox.cached.${task.name}`]: task.trackingRun } : {},
    });
    if (task.cached || task.startedAt === null) return [];
    const id = task.trackingRun ?? (await startTask(run, task, parent)).id;
    const notices = await tracker.log(id, {
      parameters: task.inputs.parameters,
      metrics: rows(numbers, '', time),
      tags: task.reason ? { 'visavox.reason': task.reason } : {},
    });
    await tracker.endRun(id, outcomeOf(task.state));
    return notices.map((notice) => `${task.name}: ${notice}`);
  };

  /** Runs that an engine before this one, or an attempt before this one, may have tracked in part. */
  const takenUp = new Set<string>();

  return {
    async onRunStarted(run) {
      const parent =
        run.sweep === undefined ? undefined : await trackedSweep(tracker, run.pipeline, run.sweep);
      const { id, experiment, known } = await tracker.startRun({
        experiment: run.pipeline,
        name: run.name ?? `${run.pipeline} ${run.createdAt.slice(0, 19)}`,
        key: { tag: 'visavox.run', value: run.id },
        tags: { ...run.tags, ...pinned(run), 'visavox.trigger': run.trigger },
        ...(parent !== undefined && { parent }),
      });
      if (known) takenUp.add(run.id);
      const notices = [
        ...(await tracker.log(id, { parameters: run.pins.parameters, datasets: await datasetsOf(run) })),
      ];
      // Their end may have been written down a moment before this engine's predecessor was killed, and not tracked any more.
      if (known)
        for (const task of run.tasks.filter(({ finishedAt }) => finishedAt !== null))
          notices.push(...(await finishTask(run, task, id)));
      return { trackingRun: id, environment: variables(experiment, id), notices };
    },

    async onTaskStarted(run, task) {
      if (run.trackingRun === null) return { trackingRun: null, environment: {} };
      const { id, experiment } = await startTask(run, task, run.trackingRun);
      const environment = {
        ...variables(experiment, id),
        MLFLOW_RUN_ID: id,
        ...credentials(`${run.id}/${task.name}`),
      };
      return { trackingRun: id, environment };
    },

    async onTaskFinished(run, task) {
      return run.trackingRun === null ? [] : finishTask(run, task, run.trackingRun);
    },

    async onRunFinished(run) {
      takenUp.delete(run.id);
      if (run.trackingRun === null) return [];
      for (const task of run.tasks)
        if (task.state === 'canceled' && task.trackingRun && !task.cached)
          await tracker.endRun(task.trackingRun, 'canceled');
      await tracker.endRun(run.trackingRun, outcomeOf(run.state));
      return [];
    },
  };
}

/** The tracked run that has those of a sweep's trials below it. */
async function trackedSweep(tracker: Tracker, pipeline: string, sweep: string): Promise<string> {
  const { id } = await tracker.startRun({
    experiment: pipeline,
    name: `sweep ${sweep.slice(0, 8)}`,
    key: { tag: 'visavox.sweep', value: sweep },
  });
  return id;
}

/** Tells the tracking server what came of a sweep. Its parameters and value are those of the best trial. */
export async function trackSweepEnd(
  tracker: Tracker,
  { id, pipeline, state, plan, finishedAt }: Sweep,
  outcomes: readonly Outcome[],
): Promise<void> {
  const best = bestOf(outcomes, plan.goal);
  const run = await trackedSweep(tracker, pipeline, id);
  const time = finishedAt === null ? new Date() : new Date(finishedAt);
  if (best && best.value !== null)
    await tracker.log(run, {
      parameters: best.parameters,
      metrics: [{ key: plan.metric, value: best.value, step: 0, time }],
      tags: { 'visavox.best': best.run },
    });
  await tracker.endRun(run, state === 'succeeded' || state === 'canceled' ? state : 'failed');
}

function pinned({ pins }: RunRecord): Record<string, string> {
  return {
    'visavox.pipeline': pins.pipeline,
    'visavox.code': pins.code,
    'visavox.environment': pins.environment,
    'visavox.seed': String(pins.seed),
  };
}

/** Runs that a task begins by itself, such as the trials of a search, are nested below `parent`. */
function variables(experiment: string, parent: string): Record<string, string> {
  return {
    MLFLOW_EXPERIMENT_ID: experiment,
    MLFLOW_RUN_CONTEXT: JSON.stringify({ 'mlflow.parentRunId': parent }),
  };
}

function rows(numbers: ReadonlyMap<string, number>, prefix: string, time: Date): TrackedMetric[] {
  return [...numbers].map(([name, value]) => ({ key: `${prefix}${name}`, value, step: 0, time }));
}

function outcomeOf(state: RunRecord['state'] | TaskRecord['state']): 'succeeded' | 'failed' | 'canceled' {
  return state === 'succeeded' || state === 'canceled' ? state : 'failed';
}
