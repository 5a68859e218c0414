import { unknownOrigin } from '@visavox/core/code';
import { digestOf } from '@visavox/core/digest';
import type { PipelineEngine, RunRequest } from '@visavox/core/ports';
import { type Bindings, isFinished, type RunRecord, type TaskRecord } from '@visavox/core/run';
import { z } from 'zod';
import { admit, alreadyFinished, pinnedSpec, requireRun, requireTask, resumed } from './admission.ts';
import { MemoryRunStore } from './memory-run-store.ts';
import { type PlannedTask, plan, type ReadyTask, type TaskOutcome } from './plan.ts';
import { pendingRecord, reasonOfFailure, unfinishedAsCanceled, unstartedRecord } from './records.ts';
import { MemoryObjectStore } from './testing.ts';

/** What a task does. Throws where it fails. */
export type Work = (
  task: ReadyTask,
  run: { readonly id: string; readonly canceled: AbortSignal; log(text: string): void },
) => Promise<Bindings>;

/**
 * An engine for tests, in memory. Without `work` a run ends when the test says so; with it, its tasks are done one after
 * the other, in the order of the plan. It admits what the real ones admit, and passes their contract suite.
 */
export class ScriptedEngine implements PipelineEngine {
  /** What was taken, by run. */
  readonly requests = new Map<string, RunRequest>();
  readonly objects = new MemoryObjectStore();
  readonly #runs = new MemoryRunStore();
  readonly #work: Work | undefined;
  readonly #logs = new Map<string, string>();
  readonly #cancel = new Map<string, AbortController>();

  constructor({ work }: { work?: Work } = {}) {
    this.#work = work;
  }

  async submit(request: RunRequest): Promise<string> {
    const code = request.code ?? { digest: digestOf('code'), origin: unknownOrigin };
    const pinned = async () => ({ code, environment: digestOf('environment') });
    const { objects } = this;
    const resources = { engine: 'local', runs: this.#runs, objects, pinned } as const;
    const { run, known } = await admit(request, resources);
    if (known) return run.id;
    this.requests.set(run.id, request);
    await this.#begin(run);
    return run.id;
  }

  async get(runId: string): Promise<RunRecord> {
    return requireRun(this.#runs, runId);
  }

  async cancel(runId: string): Promise<void> {
    const run = await this.get(runId);
    if (run.state === 'canceled') return;
    if (isFinished(run.state)) throw alreadyFinished(run);
    this.#cancel.get(runId)?.abort();
    await this.#runs.save({ ...run, state: 'canceled', tasks: run.tasks.map(unfinishedAsCanceled) });
  }

  async resume(runId: string): Promise<void> {
    const run = await this.get(runId);
    if (run.state === 'failed' || run.state === 'canceled') await this.#begin(resumed(run, run.pins));
  }

  async logs(runId: string, task: string): Promise<string> {
    requireTask(await this.get(runId), task);
    return this.#logs.get(`${runId} ${task}`) ?? '';
  }

  /** Ends a run; `outputs` are parameters that its tasks gave, by task. */
  async finish(
    runId: string,
    state: 'succeeded' | 'failed',
    { reason = null, outputs = {} }: { reason?: string | null; outputs?: Outputs } = {},
  ): Promise<void> {
    const run = await this.get(runId);
    if (isFinished(run.state)) return;
    const tasks = Object.entries(outputs).map(([name, parameters]) => ({
      ...pendingRecord(name, null),
      state: 'succeeded' as const,
      outputs: { parameters, artifacts: {} },
    }));
    await this.#runs.save({ ...run, state, reason, tasks, finishedAt: new Date().toISOString() });
  }

  async #begin(run: RunRecord): Promise<void> {
    const cancel = new AbortController();
    this.#cancel.set(run.id, cancel);
    await this.#runs.save({ ...run, state: 'running' });
    if (this.#work) void this.#drive({ ...run, state: 'running' }, this.#work, cancel.signal);
  }

  async #drive(run: RunRecord, work: Work, canceled: AbortSignal): Promise<void> {
    const spec = await pinnedSpec(this.objects, run.pins.pipeline);
    const records = new Map<string, TaskRecord>();
    for (;;) {
      const outcomes = new Map([...records].map(([name, record]) => [name, outcomeOf(record)]));
      const { tasks, state } = plan(spec, run.pins.parameters, outcomes);
      const shown = tasks.map((task) => records.get(task.name) ?? unstartedRecord(task));
      const ready = tasks.find(isReady);
      if (canceled.aborted) return;
      if (!ready) {
        const reason = state === 'failed' ? reasonOfFailure(shown) : null;
        await this.#runs.save({
          ...run,
          state: state === 'failed' ? 'failed' : 'succeeded',
          reason,
          tasks: shown,
        });
        return;
      }
      const record = { ...pendingRecord(ready.name, null, ready), state: 'running' as const, attempts: 1 };
      await this.#runs.save({ ...run, tasks: shown.map((one) => (one.name === ready.name ? record : one)) });
      records.set(ready.name, await this.#done(ready, record, { work, run, canceled }));
    }
  }

  async #done(
    task: ReadyTask,
    record: TaskRecord,
    { work, run, canceled }: { work: Work; run: RunRecord; canceled: AbortSignal },
  ): Promise<TaskRecord> {
    const log = (text: string) => {
      const key = `${run.id} ${task.name}`;
      this.#logs.set(key, (this.#logs.get(key) ?? '') + text);
    };
    try {
      return { ...record, state: 'succeeded', outputs: await work(task, { id: run.id, canceled, log }) };
    } catch (error) {
      return { ...record, state: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }
}

type Outputs = Readonly<Record<string, TaskRecord['outputs']['parameters']>>;

function isReady(task: PlannedTask): task is ReadyTask {
  return task.kind === 'ready';
}

function outcomeOf({ state, outputs }: TaskRecord): TaskOutcome {
  return { state: z.enum(['succeeded', 'failed']).parse(state), outputs };
}
