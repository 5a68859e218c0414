import type { RunCurves } from '@visavox/api/curve-schemas';
import { UserError } from '@visavox/core/errors';
import { isFinished, RunRecord } from '@visavox/core/run';
import type { CommandContext, Lines } from '../plugin.ts';
import { inBrief } from './describe-run.ts';
import { StepLines } from './step-lines.ts';
import { untilInterrupted } from './until-interrupted.ts';

const pollMilliseconds = 500;
const curvesEveryMs = 1000;
/** As shells report a program that Ctrl-C ended. */
export const exitOfStopped = 130;

type Request = CommandContext['request'];
type TaskRecord = RunRecord['tasks'][number];

export interface FollowOptions {
  readonly request: Request;
  readonly lines: Lines;
  /** This task alone. */
  readonly task?: string | undefined;
}

export interface Followed {
  readonly run: RunRecord;
  readonly curves: RunCurves['tasks'];
  /** By Ctrl-C; the run goes on. */
  readonly stopped: boolean;
}

export async function getRun(request: Request, id: string): Promise<RunRecord> {
  return RunRecord.parse(await request('GET', `/api/v1/runs/${encodeURIComponent(id)}`));
}

/** Prints each change of a task's state, and what each step of it logs, until the run is over or Ctrl-C is pressed. */
export async function follow(id: string, { request, lines, task }: FollowOptions): Promise<Followed> {
  const view = new RunView(lines, task);
  return untilInterrupted(async (wait) => {
    for (let readAt = Number.NEGATIVE_INFINITY; ; ) {
      const run = await getRun(request, id);
      const isOver = isFinished(run.state);
      if (isOver && task !== undefined && !run.tasks.some(({ name }) => name === task))
        throw unknownTask(run, task);
      if (isOver || view.hasEnded(run) || performance.now() - readAt >= curvesEveryMs) {
        view.curves = await readCurves(id, request);
        readAt = performance.now();
      }
      view.show(run);
      if (isOver) return { run, curves: view.tasks, stopped: false };
      if (await wait(pollMilliseconds)) {
        lines.write(
          `Run ${id} goes on: visavox runs watch ${id} follows it, visavox runs cancel ${id} stops it.`,
        );
        return { run, curves: view.tasks, stopped: true };
      }
    }
  });
}

/** Curves are beside what matters of a run, which is followed without them as well. */
async function readCurves(id: string, request: Request): Promise<RunCurves> {
  const { RunCurves } = await import('@visavox/api/curve-schemas');
  try {
    return RunCurves.parse(await request('GET', `/api/v1/runs/${encodeURIComponent(id)}/curves`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { tasks: [], problem: { code: error.code, detail: error.message, action: error.action } };
  }
}

/** What was said of a run, so that nothing is said twice. */
class RunView {
  readonly #lines: Lines;
  readonly #only: string | undefined;
  readonly #waits = new Map<string, string>();
  readonly #states = new Map<string, string>();
  readonly #steps = new Map<string, StepLines>();
  curves: RunCurves = { tasks: [], problem: null };
  #problem = '';

  constructor(lines: Lines, only: string | undefined) {
    this.#lines = lines;
    this.#only = only;
  }

  get tasks(): RunCurves['tasks'] {
    return this.curves.tasks.filter(({ name }) => this.#isShown(name));
  }

  /** Whether a task has ended whose end was not shown yet: its last steps come before. */
  hasEnded({ tasks }: RunRecord): boolean {
    return tasks.some(({ name, state, finishedAt }) => finishedAt && this.#states.get(name) !== state);
  }

  show(run: RunRecord): void {
    if (!isFinished(run.state)) this.#wait('', run.reason);
    for (const task of run.tasks.filter(({ name }) => this.#isShown(name))) {
      if (task.state === 'pending') this.#wait(task.name, task.reason);
      if (task.state === 'running') this.#state(task);
      this.#step(task.name);
      if (task.state !== 'pending' && task.state !== 'running') this.#state(task);
    }
    const { problem } = this.curves;
    if (!problem || problem.detail === this.#problem) return;
    this.#problem = problem.detail;
    this.#lines.write(`  metrics are missing: ${problem.detail}`);
  }

  #isShown(task: string): boolean {
    return this.#only === undefined || task === this.#only;
  }

  #wait(name: string, reason: string | null): void {
    // The next try comes ever later; what it waits for stays the same.
    const waits = reason?.replace(/, next try in \d+ s/, '') ?? '';
    if (waits !== '' && this.#waits.get(name) !== waits) this.#lines.write(`  ${name.padEnd(28)} ${waits}`);
    this.#waits.set(name, waits);
  }

  #state({ name, state, cached, reason }: TaskRecord): void {
    if (this.#states.get(name) === state) return;
    this.#states.set(name, state);
    this.#lines.write(
      `  ${name.padEnd(28)} ${cached ? 'from the cache' : state}${reason ? `: ${inBrief(reason)}` : ''}`,
    );
  }

  #step(name: string): void {
    const task = this.curves.tasks.find((one) => one.name === name);
    if (!task) return;
    const known = this.#steps.get(name) ?? new StepLines();
    this.#steps.set(name, known);
    for (const line of known.next(task, this.#lines.columns)) this.#lines.write(line);
  }
}

function unknownTask({ id, tasks }: RunRecord, task: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_task',
    message: `run ${id} has no task ${JSON.stringify(task)}`,
    action: `Name one of ${tasks.map(({ name }) => name).join(', ')}.`,
  });
}
