import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { jobName } from '../executor-input.ts';
import { HookCalls } from '../hook-calls.ts';
import type { PipelineSpec } from '../ir.ts';
import { type PlannedTask, plan, type ReadyTask, type TaskOutcome } from '../plan.ts';
import { pendingRecord, reasonOfFailure, unfinishedAsCanceled, unstartedRecord } from '../records.ts';
import type { RunHooks, TrackedStart } from '../run-hooks.ts';
import { Saves } from '../saves.ts';
import { attemptsLeft } from './attempt.ts';
import { checkpointsFolder, removeAllCheckpoints, removeCheckpoints } from './checkpoints.ts';
import { explain } from './faults.ts';
import type { TaskResources } from './task-resources.ts';
import { removeAttempts, runTask, sweepTasks } from './task-run.ts';
import { makeWorkspace, removeWorkspace, usesWorkspace } from './workspace.ts';

export interface DriverResources
  extends Omit<
    TaskResources,
    | 'changed'
    | 'started'
    | 'canceled'
    | 'attemptsBefore'
    | 'recordOf'
    | 'left'
    | 'runId'
    | 'pipeline'
    | 'createdAt'
    | 'pins'
    | 'spec'
  > {
  readonly hooks: RunHooks;
  readonly log: (message: string) => void;
}

const waitsToBeTracked = 'waits to be tracked';

/** Takes one run to its end: asks the plan what is ready, runs it, and keeps the record up to date. */
export class RunDriver {
  readonly done: Promise<RunRecord>;
  readonly #spec: PipelineSpec;
  readonly #resources: DriverResources;
  readonly #run: RunRecord;
  readonly #records = new Map<string, TaskRecord>();
  readonly #active = new Set<string>();
  readonly #cancel = new AbortController();
  readonly #saves: Saves;
  readonly #hookCalls: HookCalls;
  readonly #hooks: Promise<void>[] = [];
  /** How often tasks were tried before this run was resumed. */
  readonly #attempts: ReadonlyMap<string, number>;
  #left: TaskResources['left'] = new Map();
  #finishing = false;
  #started: Promise<void> = Promise.resolve();
  #environment: Readonly<Record<string, string>> = {};
  #settle: (run: RunRecord) => void = () => {};

  constructor(run: RunRecord, spec: PipelineSpec, resources: DriverResources) {
    this.#run = run;
    this.#spec = spec;
    this.#resources = resources;
    setMaxListeners(0, this.#cancel.signal); // one for each running task
    this.#hookCalls = new HookCalls(run, resources.hooks, resources.log);
    this.#saves = new Saves(resources.runs, resources.closed, resources.log);
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#attempts = new Map(run.tasks.map((task) => [task.name, task.attempts]));
    for (const task of run.tasks)
      if (task.state === 'succeeded' || task.state === 'failed' || task.cached)
        this.#records.set(task.name, task);
    // What an engine before this one waited for is no reason any more.
    if (run.reason?.startsWith(waitsToBeTracked)) run.reason = null;
    if (run.state === 'canceling') this.#cancel.abort();
  }

  async start(): Promise<void> {
    if (this.#cancel.signal.aborted) {
      await sweepTasks(this.#resources.folder, this.#resources.graceMs);
      return this.#finish('canceled');
    }
    try {
      for (const folder of ['tasks', 'logs'])
        await mkdir(join(this.#resources.folder, folder), { recursive: true, mode: 0o700 });
      if (usesWorkspace(this.#spec)) await makeWorkspace(this.#resources.folder);
      this.#left = await attemptsLeft(this.#resources.folder);
    } catch (error) {
      this.#run.reason = explain(error);
      return this.#finish('failed');
    }
    this.#started = this.#startHook();
    await this.#started;
    if (this.#run.state === 'pending') this.#run.state = 'running';
    this.#advance();
  }

  /** Answers when it is durable that the run is to be canceled. */
  async cancel(): Promise<void> {
    if (this.#cancel.signal.aborted) return;
    this.#run.state = 'canceling';
    await this.#save();
    this.#cancel.abort();
    if (this.#active.size === 0) await this.#finish('canceled');
  }

  async #startHook(): Promise<void> {
    const tell = (reason: string | null) => {
      this.#run.reason = reason;
      void this.#save();
    };
    const started = await this.#tracked(tell, () =>
      this.#resources.hooks.onRunStarted?.(structuredClone(this.#run)),
    );
    if (!started) return;
    this.#run.trackingRun = started.trackingRun;
    this.#environment = started.environment;
    this.#hookCalls.notice(started.notices);
  }

  /** What the task's own processes are given to be tracked with. */
  async #taskHook(
    record: TaskRecord,
    changed: (record: TaskRecord) => void,
  ): Promise<Readonly<Record<string, string>>> {
    const tell = (reason: string | null) => {
      record.reason = reason;
      changed(record);
    };
    const started = await this.#tracked(tell, () =>
      this.#resources.hooks.onTaskStarted?.(structuredClone(this.#run), structuredClone(record)),
    );
    if (!started) return {};
    if (started.trackingRun !== null) record.trackingRun = started.trackingRun;
    this.#hookCalls.notice(started.notices);
    return started.environment;
  }

  /** The tracking server may come up behind this engine, or be started again: whoever waits for it says so. */
  async #tracked(
    tell: (reason: string | null) => void,
    hook: () => Promise<TrackedStart> | undefined,
  ): Promise<TrackedStart | undefined> {
    const signal = AbortSignal.any([this.#cancel.signal, this.#resources.closed]);
    for (let pause = 1; !signal.aborted; pause = Math.min(pause * 2, 30)) {
      try {
        const started = await hook();
        if (pause > 1) tell(null);
        return started;
      } catch (error) {
        const reason = `${waitsToBeTracked}, next try in ${pause} s: ${messageOf(error)}`;
        this.#resources.log(`run ${this.#run.id} ${reason}`);
        tell(reason);
        await sleep(pause * 1000, undefined, { signal }).catch(() => {});
      }
    }
    if (this.#resources.closed.aborted) await new Promise(() => {});
    return undefined;
  }

  #advance(): void {
    if (this.#resources.closed.aborted) return;
    if (this.#cancel.signal.aborted) {
      if (this.#active.size === 0) void this.#finish('canceled');
      return;
    }
    let planned: ReturnType<typeof plan>;
    try {
      planned = plan(this.#spec, this.#run.pins.parameters, this.#outcomes(), jobName(this.#run));
    } catch (error) {
      this.#run.reason = explain(error);
      if (this.#active.size === 0) void this.#finish('failed');
      return;
    }
    for (const task of planned.tasks) if (task.kind === 'ready') this.#begin(task);
    this.#run.tasks = planned.tasks.map((task) => this.#recordOf(task));
    if (planned.state === 'running' && this.#active.size > 0) void this.#save();
    else void this.#finish(planned.state === 'succeeded' ? 'succeeded' : 'failed');
  }

  #outcomes(): Map<string, TaskOutcome> {
    const outcomes = new Map<string, TaskOutcome>();
    for (const [name, record] of this.#records) {
      const succeeded = record.state === 'succeeded' || record.cached;
      const state = this.#active.has(name) ? 'running' : succeeded ? 'succeeded' : 'failed';
      outcomes.set(name, { state, outputs: record.outputs, reason: record.reason });
    }
    return outcomes;
  }

  #begin(ready: ReadyTask): void {
    this.#active.add(ready.name);
    this.#records.set(ready.name, pendingRecord(ready.name, null, ready));
    const { environment, ...shared } = this.#resources;
    const changed = (record: TaskRecord) => {
      this.#put({ ...record });
      void this.#save();
    };
    const resources: TaskResources = {
      ...shared,
      runId: this.#run.id,
      pipeline: this.#run.pipeline,
      createdAt: this.#run.createdAt,
      pins: this.#run.pins,
      spec: this.#spec,
      left: this.#left,
      attemptsBefore: this.#attempts.get(ready.name) ?? 0,
      recordOf: (task) => this.#records.get(task),
      canceled: this.#cancel.signal,
      environment: {
        ...environment,
        ...this.#environment,
        VISAVOX_RUN: this.#run.id,
        VISAVOX_CODE: this.#run.pins.code,
        VISAVOX_TASK: ready.name,
        VISAVOX_CHECKPOINTS: checkpointsFolder(this.#resources.folder, ready.name),
      },
      changed,
      started: (record) => this.#taskHook(record, changed),
    };
    void runTask(ready, resources).then(async (record) => {
      if (this.#resources.closed.aborted) return;
      this.#put(record);
      this.#active.delete(record.name);
      this.#hooks.push(this.#hookCalls.taskFinished(record));
      const durable = this.#save();
      this.#advance();
      // Its folder is the only truth about the task until the record is durable.
      await durable;
      await this.#clearAway(record).catch((error) =>
        this.#resources.log(`the folder of ${record.name} in run ${this.#run.id} stays: ${messageOf(error)}`),
      );
    });
  }

  async #clearAway({ name, state, attempts }: TaskRecord): Promise<void> {
    const { folder } = this.#resources;
    const first = (this.#attempts.get(name) ?? 0) + (this.#left.has(name) ? 0 : 1);
    await removeAttempts(folder, name, Math.max(first, 1), attempts);
    // One that failed goes on from there when its run is resumed.
    if (state === 'succeeded') await removeCheckpoints(folder, name);
  }

  #put(record: TaskRecord): void {
    this.#records.set(record.name, record);
    this.#run.tasks = this.#run.tasks.map((task) => (task.name === record.name ? record : task));
  }

  #recordOf(task: PlannedTask): TaskRecord {
    return this.#records.get(task.name) ?? unstartedRecord(task);
  }

  async #finish(state: 'succeeded' | 'failed' | 'canceled'): Promise<void> {
    if (this.#finishing) return;
    this.#finishing = true;
    if (state === 'canceled') this.#run.tasks = this.#run.tasks.map(unfinishedAsCanceled);
    if (state === 'failed') {
      this.#run.reason = reasonOfFailure(this.#run.tasks) ?? this.#run.reason ?? 'no task can go on';
    } else if (state === 'canceled') this.#run.reason = 'canceled';
    // A run that is canceled while it begins to be tracked is ended there as well.
    await this.#started;
    await Promise.all(this.#hooks);
    const finished: RunRecord = { ...this.#run, state, finishedAt: new Date().toISOString() };
    await this.#hookCalls.runFinished(finished);
    await this.#save();
    await this.#sweep(state).catch((error) =>
      this.#resources.log(`the folders of run ${this.#run.id} stay: ${messageOf(error)}`),
    );
    this.#settle(structuredClone(this.#run));
  }

  async #sweep(state: RunRecord['state']): Promise<void> {
    const { folder, graceMs } = this.#resources;
    await sweepTasks(folder, graceMs);
    if (state !== 'succeeded') return;
    await removeAllCheckpoints(folder);
    await removeWorkspace(folder);
  }

  #save(): Promise<void> {
    return this.#saves.save(() => structuredClone(this.#run));
  }
}
