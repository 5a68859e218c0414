import { readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Digest, digestOfJson } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunStore } from '@visavox/core/ports';
import type { Bindings, RunPins, TaskRecord } from '@visavox/core/run';
import { artifactExists } from '../artifacts.ts';
import { type ExecutorInput, type JobContext, resolveCommand, withJobWords } from '../executor-input.ts';
import type { IrContainer, IrImporter, IrTask } from '../ir.ts';
import { withTexts } from '../parameters.ts';
import type { ReadyTask } from '../plan.ts';
import { isConstant } from '../plan-inputs.ts';
import {
  type Attempt,
  attemptFolder,
  bootId,
  collectOutputs,
  executorInput,
  logFile,
  prepareAttempt,
} from './attempt.ts';
import type { CodeTrees } from './code-trees.ts';
import { attemptFault, type Ended, explain } from './faults.ts';
import { importArtifact } from './import-artifact.ts';
import { type AttemptState, killLeftovers, launch, observe, revoke, terminate } from './process.ts';
import type { Slots } from './slots.ts';

/** What tasks are given that lies in the folder of their code, or stands beside it. */
export interface CodeSurroundings {
  /** Searched for commands before all others. */
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What the tasks of a run share. */
export interface TaskResources {
  readonly runId: string;
  readonly pipeline: string;
  readonly createdAt: string;
  readonly pins: RunPins;
  readonly useCache: boolean;
  readonly folder: string;
  readonly objects: ObjectStore;
  readonly runs: RunStore;
  readonly slots: Slots;
  readonly environment: Readonly<Record<string, string>>;
  readonly trees: CodeTrees;
  readonly inCode: (code: string) => CodeSurroundings;
  /** What identifies the code that a task runs; null where nothing does, and its result cannot be kept for others. */
  readonly codeKey: (ready: ReadyTask) => Promise<Digest | null>;
  readonly graceMs: number;
  readonly attemptsBefore: number;
  /** What an engine before this one left, by task. */
  readonly left: ReadonlyMap<string, Attempt>;
  /** Aborted when the run is to be canceled. */
  readonly canceled: AbortSignal;
  /** Aborted when this engine stops; tasks go on and are taken up by the next one. */
  readonly closed: AbortSignal;
  /** Tells of a change that people would like to see: running, waiting for another try. */
  readonly changed: (record: TaskRecord) => void;
  /** Before the first attempt, and again for one that is taken up: more of the environment of its processes. */
  readonly started: (record: TaskRecord) => Promise<Readonly<Record<string, string>>>;
}

/** Runs a task to its end, through all its attempts; takes up an attempt that an earlier engine left behind. */
export async function runTask(planned: ReadyTask, resources: TaskResources): Promise<TaskRecord> {
  const ready = withJob(planned, resources);
  const record = newRecord(ready);
  try {
    record.cacheKey = await cacheKeyOf(ready, resources);
    const earlier = await takeUp(ready, resources);
    if (!earlier && resources.useCache && record.cacheKey) {
      const cached = await findCached(record, resources);
      if (cached) return cached;
    }
    if (ready.executor.importer) return await runImporter(ready, ready.executor.importer, record, resources);
    return await attempts(ready, ready.executor.container ?? {}, record, resources, earlier);
  } catch (error) {
    await stillOpen(resources);
    if (resources.canceled.aborted) return ended(record, 'canceled', 'canceled');
    return ended(record, 'failed', explain(error));
  }
}

/** A constant argument may name the run and the task; what it stands for is part of what a cached result is found by. */
function withJob(ready: ReadyTask, resources: TaskResources): ReadyTask {
  const context = jobContext(ready, resources);
  const parameters = Object.fromEntries(
    Object.entries(ready.inputs.parameters).map(([name, value]) => [
      name,
      isConstant(ready.task, name) ? withTexts(value, (text) => withJobWords(text, context)) : value,
    ]),
  );
  return { ...ready, inputs: { ...ready.inputs, parameters } };
}

function jobContext({ name }: ReadyTask, { runId, pipeline, createdAt, folder }: TaskResources): JobContext {
  return { taskName: name, runId, runName: pipeline, createdAt, root: folder };
}

/** All that decides what a task gives: what it is, what it is given, and the code that it runs. */
async function cacheKeyOf(ready: ReadyTask, { pins, codeKey }: TaskResources): Promise<Digest | null> {
  const { task, component, executor, inputs } = ready;
  const container = executor.container;
  if (!task.cachingOptions?.enableCache) return null;
  const code = await codeKey(ready);
  if (code === null) return null;
  return digestOfJson({
    component: { ...component, executorLabel: undefined },
    executor: container ? { ...container, resources: undefined } : executor,
    parameters: inputs.parameters,
    artifacts: Object.fromEntries(
      Object.entries(inputs.artifacts).map(([port, artifacts]) => [
        port,
        artifacts.map(({ digest, type, metadata }) => ({ digest, type, metadata })),
      ]),
    ),
    code,
    environment: pins.environment,
  });
}

function newRecord({ name, executor: { container }, inputs }: ReadyTask): TaskRecord {
  return {
    name,
    state: 'pending',
    attempts: 0,
    cached: false,
    cacheKey: null,
    command: [...(container?.command ?? []), ...(container?.args ?? [])],
    inputs,
    outputs: { parameters: {}, artifacts: {} },
    startedAt: null,
    finishedAt: null,
    reason: null,
    cpuSeconds: null,
  };
}

async function findCached(
  record: TaskRecord,
  { runs, objects }: TaskResources,
): Promise<TaskRecord | undefined> {
  const found = record.cacheKey ? await runs.findCached(record.cacheKey) : undefined;
  if (!found) return undefined;
  for (const artifact of Object.values(found.outputs.artifacts).flat())
    if (!(await artifactExists(objects, artifact))) return undefined;
  const at = new Date().toISOString();
  return {
    ...record,
    state: 'skipped',
    cached: true,
    outputs: found.outputs,
    ...(found.trackingRun && { trackingRun: found.trackingRun }),
    startedAt: at,
    finishedAt: at,
    reason: `taken from ${found.name} of an earlier run, which had the same inputs and code`,
  };
}

/** What an engine before this one left of the task: an attempt that runs, has ended, or was lost. */
async function takeUp(
  ready: ReadyTask,
  { left }: TaskResources,
): Promise<{ attempt: Attempt; state: Exclude<AttemptState, { kind: 'unclaimed' }> } | undefined> {
  const attempt = left.get(ready.name);
  if (!attempt) return undefined;
  let state = await observe(attempt.folder);
  if (state.kind === 'unclaimed') {
    if (await revoke(attempt.folder)) return undefined;
    state = await observe(attempt.folder);
  }
  if (state.kind === 'unclaimed') return undefined;
  const sameBoot = attempt.boot === (await bootId());
  return { attempt, state: state.kind === 'exited' && !sameBoot ? { kind: 'lost', pid: null } : state };
}

async function attempts(
  ready: ReadyTask,
  container: IrContainer,
  record: TaskRecord,
  resources: TaskResources,
  earlier: Awaited<ReturnType<typeof takeUp>>,
): Promise<TaskRecord> {
  const cores = container.resources?.cpuLimit ?? 1;
  const left = resources.left.get(ready.name);
  let failures = left?.failures ?? 0;
  let number = left?.number ?? resources.attemptsBefore + 1;
  let state: AttemptState | undefined = earlier?.state;
  let environment: TaskResources['environment'] | undefined;
  if (earlier && state?.kind === 'lost') {
    if (state.pid !== null) await killLeftovers(state.pid, earlier.attempt.folder);
    number += 1;
    state = undefined;
  }
  for (;;) {
    let attempt = state && earlier ? earlier.attempt : undefined;
    const release = attempt
      ? resources.slots.take(cores)
      : await resources.slots.acquire(cores, resources.canceled);
    let failure: unknown;
    try {
      environment ??= { ...resources.environment, ...(await resources.started(record)) };
      if (resources.canceled.aborted && !attempt) return ended(record, 'canceled', 'canceled');
      record.state = 'running';
      record.attempts = number;
      record.reason = null;
      const folder = attemptFolder(resources.folder, ready.name, number);
      const input = executorInput(ready.component, ready.inputs, folder);
      let end: Ended;
      if (attempt) {
        record.startedAt ??= attempt.startedAt;
        resources.changed(record);
        end = await followAdopted(attempt, resources);
      } else {
        const startedAt = new Date().toISOString();
        record.startedAt ??= startedAt;
        const note = { number, failures, startedAt, boot: await bootId() };
        attempt = await prepareAttempt(resources.objects, folder, note, ready.component, ready.inputs);
        await resources.trees.write(resources.pins.code, codeFolder(folder));
        end = await execute(ready, container, attempt, input, record, { ...resources, environment });
      }
      if (end.kind === 'exited' && end.cpuSeconds !== null)
        record.cpuSeconds = (record.cpuSeconds ?? 0) + end.cpuSeconds;
      if (end.kind === 'exited' && end.code === 0) {
        const outputs = await collectOutputs(resources.objects, ready.component, input);
        return { ...ended(record, 'succeeded', null), outputs };
      }
      failure = await attemptFault(
        end,
        record.command[0] ?? '',
        logFile(resources.folder, ready.name, number),
      );
    } catch (error) {
      failure = error;
    } finally {
      release();
    }
    if (resources.canceled.aborted) return ended(record, 'canceled', 'canceled');
    failures += 1;
    const allowed = ready.task.retryPolicy?.maxRetryCount ?? 0;
    if (failures > allowed) throw failure;
    const pause = backoff(ready.task, failures);
    record.state = 'pending';
    record.reason = `attempt ${number} failed, another follows in ${pause} s: ${messageOf(failure)}`;
    resources.changed(record);
    await sleep(pause * 1000, undefined, { signal: AbortSignal.any([resources.canceled, resources.closed]) });
    state = undefined;
    number += 1;
  }
}

async function execute(
  ready: ReadyTask,
  container: IrContainer,
  attempt: Attempt,
  input: ExecutorInput,
  record: TaskRecord,
  resources: TaskResources,
): Promise<Ended> {
  const context = { input, ...jobContext(ready, resources) };
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  if (words.length === 0)
    throw new UserError({
      kind: 'invalid',
      code: 'command_missing',
      message: `The task ${ready.name} has no command: only its image says what to run.`,
      action: 'Give the component a command; the local engine does not start containers.',
    });
  const log = logFile(resources.folder, ready.name, attempt.number);
  resources.changed(record);
  await stillOpen(resources);
  const { ended, pid, letGo } = await launch({
    folder: attempt.folder,
    command: resolveCommand(words, context),
    workingDirectory: codeFolder(attempt.folder),
    environment: {
      ...environmentIn(codeFolder(attempt.folder), resources),
      ...Object.fromEntries(
        (container.env ?? []).map(({ name, value }) => [
          name,
          resolveCommand([value ?? ''], context)[0] ?? '',
        ]),
      ),
      TMPDIR: attempt.folder,
      VISAVOX_ATTEMPT: attempt.folder,
    },
    logFile: log,
  });
  resources.closed.addEventListener('abort', letGo, { once: true });
  const stop = () => void stopAttempt(attempt.folder, resources.graceMs);
  resources.canceled.addEventListener('abort', stop, { once: true });
  if (resources.canceled.aborted) stop();
  try {
    await ended;
  } finally {
    resources.closed.removeEventListener('abort', letGo);
    resources.canceled.removeEventListener('abort', stop);
  }
  await stillOpen(resources);
  await killLeftovers(pid, attempt.folder);
  const state = await observe(attempt.folder);
  return state.kind === 'exited' ? state : { kind: 'lost', pid: null };
}

function codeFolder(attempt: string): string {
  return join(attempt, 'code');
}

function environmentIn(code: string, { environment, inCode }: TaskResources): Record<string, string> {
  const around = inCode(code);
  const path = [...around.path, environment.PATH ?? ''].join(delimiter);
  return { ...environment, ...around.environment, PATH: path };
}

/** Never comes back once this engine has stopped: the task belongs to the next one. */
async function stillOpen({ closed }: TaskResources): Promise<void> {
  if (closed.aborted) await new Promise(() => {});
}

/** Not our own child: its end has to be looked for. */
async function followAdopted(attempt: Attempt, resources: TaskResources): Promise<Ended> {
  const stop = () => void stopAttempt(attempt.folder, resources.graceMs);
  resources.canceled.addEventListener('abort', stop, { once: true });
  if (resources.canceled.aborted) stop();
  try {
    for (;;) {
      const state = await observe(attempt.folder);
      if (state.kind === 'exited') return state;
      if (state.kind === 'lost') {
        if (state.pid !== null) await killLeftovers(state.pid, attempt.folder);
        return state;
      }
      await sleep(100);
      await stillOpen(resources);
    }
  } finally {
    resources.canceled.removeEventListener('abort', stop);
  }
}

/** Ends an attempt whatever state it is in; also one that was started a moment ago. */
export async function stopAttempt(folder: string, graceMs: number): Promise<void> {
  if (await revoke(folder)) return;
  const state = await observe(folder);
  if (state.kind === 'running') await terminate(state.pid, folder, graceMs);
  else if (state.kind === 'lost' && state.pid !== null) await killLeftovers(state.pid, folder);
}

async function runImporter(
  ready: ReadyTask,
  importer: IrImporter,
  record: TaskRecord,
  { objects }: TaskResources,
): Promise<TaskRecord> {
  record.startedAt = new Date().toISOString();
  record.attempts = 1;
  const artifact = await importArtifact(objects, ready, importer);
  const outputs: Bindings = { parameters: {}, artifacts: { [artifact.name]: [artifact] } };
  return { ...ended(record, 'succeeded', null), outputs };
}

function ended(
  record: TaskRecord,
  state: 'succeeded' | 'failed' | 'canceled',
  reason: string | null,
): TaskRecord {
  return { ...record, state, reason, finishedAt: new Date().toISOString() };
}

function backoff(task: IrTask, failures: number): number {
  const { backoffDuration = '0s', backoffFactor = 2, backoffMaxDuration = '3600s' } = task.retryPolicy ?? {};
  const pause = Number.parseFloat(backoffDuration) * (backoffFactor || 2) ** (failures - 1);
  return Math.min(pause, Number.parseFloat(backoffMaxDuration));
}

/** Ends whatever still runs of these tasks and removes their folders. */
export async function sweepTasks(runFolder: string, graceMs: number): Promise<void> {
  const tasks = join(runFolder, 'tasks');
  for (const attempt of await readdir(tasks).catch(() => []))
    await stopAttempt(join(tasks, attempt), graceMs).catch(() => {}); // a half-made folder holds no process
  await rm(tasks, { recursive: true, force: true });
}

/** Removes the folders of a task's attempts. */
export async function removeAttempts(
  runFolder: string,
  task: string,
  first: number,
  last: number,
): Promise<void> {
  for (let attempt = first; attempt <= last; attempt++)
    await rm(attemptFolder(runFolder, task, attempt), { recursive: true, force: true });
}
