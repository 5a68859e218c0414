import { messageOf, SystemError, UserError } from '@visavox/core/errors';
import { chartOf, inMetricOrder } from '@visavox/core/metric-names';
import type { TrackedCurves } from '@visavox/core/ports';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { numbersOf } from '@visavox/core/run-metrics';
import type { RunCurves } from './curve-schemas.ts';
import { TrackedTask } from './tracked-task.ts';

/** As many tracked tasks as are remembered; one takes some hundred kilobytes where it has many metrics. */
const mostTasks = 200;

type TaskCurves = RunCurves['tasks'][number];

/**
 * The curves of runs, as whoever watches them asks again and again. A task that has ended is asked for once; one that goes on
 * is asked for at most once a second, whoever asks.
 */
export class RunCurveReader {
  readonly #tracked: TrackedCurves;
  readonly #tasks = new Map<string, TrackedTask>();

  constructor(tracked: TrackedCurves) {
    this.#tracked = tracked;
  }

  /** Where tracking is away: what was read before, and what the matter is. Throws a UserError where the task is not in the run. */
  async read(run: RunRecord, wish: { task?: string | undefined; system: boolean }): Promise<RunCurves> {
    const wanted = run.tasks.filter(({ name }) => (wish.task ?? name) === name);
    if (wish.task !== undefined && wanted.length === 0) throw unknownTask(run, wish.task);
    const answer: { tasks: TaskCurves[]; problem: RunCurves['problem'] } = { tasks: [], problem: null };
    for (const task of wanted) {
      const tracked = this.#trackedTask(task);
      // Where one was not answered, the others would wait as long for nothing.
      if (tracked && answer.problem === null)
        answer.problem = await problemOf(() => tracked.refresh({ ...wish, attempts: task.attempts }));
      answer.tasks.push(described(task, tracked, wish.system));
    }
    return answer;
  }

  #trackedTask(task: TaskRecord): TrackedTask | undefined {
    const { trackingRun: run, finishedAt, cached } = task;
    if (run === undefined) return undefined;
    // A task that is resumed has its end taken away, and is read anew.
    const key = JSON.stringify([run, cached || finishedAt]);
    const known =
      this.#tasks.get(key) ??
      new TrackedTask(this.#tracked, {
        ...{ run, ended: cached || finishedAt !== null },
        results: new Set(numbersOf(task).values()),
      });
    this.#tasks.delete(key);
    this.#tasks.set(key, known);
    const [oldest] = this.#tasks.keys();
    if (this.#tasks.size > mostTasks && oldest) this.#tasks.delete(oldest);
    return known;
  }
}

function described(task: TaskRecord, tracked: TrackedTask | undefined, system: boolean): TaskCurves {
  const { name, state, cached, startedAt, inputs } = task;
  const countsEpochs = Object.keys(inputs.parameters).some((parameter) => /(^|_)epochs$/i.test(parameter));
  const metrics = [...(tracked?.curves(system) ?? [])].map(([metric, { points, logged }]) => ({
    ...{ name: metric, chart: chartOf(metric), logged },
    points: points.map(({ step, value, time }) => ({ step, value: inJson(value), time: time.toISOString() })),
  }));
  return {
    ...{ name, state, cached, startedAt },
    stepsAre: countsEpochs ? 'epoch' : 'step',
    metrics: inMetricOrder(metrics.filter(({ points }) => points.length > 0)),
  };
}

function inJson(value: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** Curves are beside what matters of a run, which is shown without them as well. */
async function problemOf(work: () => Promise<void>): Promise<RunCurves['problem']> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, detail: error.message, action: error.action };
    if (!(error instanceof SystemError)) throw error;
    return {
      code: 'tracking_refused',
      detail: messageOf(error),
      action: "Look for the run on MLflow's own pages; its log says more.",
    };
  }
}

function unknownTask(run: RunRecord, task: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_task',
    message: `run ${run.id} has no task ${JSON.stringify(task)}`,
    action: `Ask for one of ${run.tasks.map(({ name }) => name).join(', ')}.`,
  });
}
