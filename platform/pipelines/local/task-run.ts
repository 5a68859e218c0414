import { appendFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson, type Digest, digestOfJson, shortDigest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { getBlob, putBlob } from '@visavox/core/object-store';
import type { ArtifactRecord, Bindings, TaskRecord } from '@visavox/core/run';
import { artifactExists } from '../artifacts.ts';
import { Lock } from '../environments/environments.ts';
import { withJobWords } from '../executor-input.ts';
import type { IrImporter, IrTask } from '../ir.ts';
import { withTexts } from '../parameters.ts';
import type { ReadyTask } from '../plan.ts';
import { isConstant } from '../plan-inputs.ts';
import { pendingRecord } from '../records.ts';
import {
  type Attempt,
  attemptFolder,
  bootId,
  collectOutputs,
  executorInput,
  logFile,
  placeOfArtifact,
  prepareAttempt,
} from './attempt.ts';
import { makeCheckpointsFolder } from './checkpoints.ts';
import { claimTask, runClaimTask } from './claim-tasks.ts';
import { attemptFault, type Ended, explain } from './faults.ts';
import { importArtifact } from './import-artifact.ts';
import { outlast, type Patience } from './outlast.ts';
import { type AttemptState, killLeftovers, observe, revoke } from './process.ts';
import { codeFolder, environmentIn, execute, followAdopted, stopAttempt } from './run-attempt.ts';
import type { PreparedStep } from './step-host.ts';
import { limitFault } from './supervision.ts';
import { jobContext, stillOpen, type TaskResources } from './task-resources.ts';

/** Runs a task to its end, through all its attempts; takes up an attempt that an earlier engine left behind. */
export async function runTask(planned: ReadyTask, resources: TaskResources): Promise<TaskRecord> {
  const ready = withJob(planned, resources);
  let record = newRecord(ready, null);
  try {
    const claim = claimTask(ready.executor.container);
    if (claim) return await runClaim(claim, ready, resources);
    const patiently = <Result>(work: () => Promise<Result>) => outlast(work, patienceOf(record, resources));
    const importer = ready.executor.importer;
    const step = importer ? null : await patiently(() => prepare(ready, resources));
    const lock = await patiently(() => keepLock(step, resources));
    record = newRecord(ready, step, lock);
    record.cacheKey = await patiently(() => cacheKeyOf(ready, step, resources));
    const earlier = await takeUp(ready, resources);
    if (!earlier && resources.useCache && record.cacheKey) {
      const cached = await patiently(() => findCached(record, resources));
      if (cached) return cached;
    }
    if (importer) return await patiently(() => runImporter(ready, importer, record, resources));
    if (!step) throw new TypeError(`task ${ready.name} has neither a container nor an importer`);
    return await attempts(ready, step, record, resources, earlier);
  } catch (error) {
    await stillOpen(resources);
    if (resources.canceled.aborted) return ended(record, 'canceled', 'canceled');
    return ended(record, 'failed', await masked(resources, ready, explain(error)));
  }
}

/** For what a task needs of the database and the object store: people see what it waits for. */
function patienceOf(record: TaskRecord, { isAway, canceled, closed, changed }: TaskResources): Patience {
  return {
    isAway,
    until: AbortSignal.any([canceled, closed]),
    tell: (reason) => {
      record.reason = reason;
      changed(record);
    },
  };
}

/** What failed may be what is asked for the secrets: the words are kept back then, since they may hold one. */
async function masked({ steps, spec }: TaskResources, ready: ReadyTask, text: string): Promise<string> {
  return steps
    .mask(spec, text, [ready])
    .catch(() => 'it failed; why is not shown, since the secrets that it may name cannot be read');
}

/** Finds out where the task runs. What its resolver says stands at the top of its next attempt's log. */
async function prepare(ready: ReadyTask, resources: TaskResources): Promise<PreparedStep> {
  const number = resources.left.get(ready.name)?.number ?? resources.attemptsBefore + 1;
  const log = logFile(resources.folder, ready.name, number);
  return resources.steps.prepare(ready, resources.spec, {
    project: (use) => resources.trees.with(resources.pins.code, use),
    // An attempt that runs already has the environment that was found for it.
    anew: !resources.useCache && !resources.left.has(ready.name),
    kept: await keptLock(ready, resources),
    log: (text) => appendFile(log, text, { mode: 0o600 }),
  });
}

/** The packages that the task is to have as an earlier run had them, where it is to reproduce that. */
async function keptLock({ name }: ReadyTask, { locks, objects }: TaskResources): Promise<Lock | undefined> {
  const digest = locks[name];
  if (digest === undefined) return undefined;
  const bytes = await getBlob(objects, digest).catch((cause: unknown) => {
    throw new UserError({
      kind: 'gone',
      code: 'lock_missing',
      message: `The lock of the packages of ${name} (${shortDigest(digest)}) cannot be read: ${messageOf(cause)}`,
      action:
        'Run its pipeline anew with the packages of today, and compare the two: "visavox runs compare".',
      cause,
    });
  });
  return Lock.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** Kept before the task runs, so that a record that is there can be reproduced. Those of npm are a file of the code. */
async function keepLock(step: PreparedStep | null, { objects }: TaskResources): Promise<Digest | undefined> {
  if (step?.environment?.language !== 'python') return undefined;
  return putBlob(objects, new TextEncoder().encode(canonicalJson(step.environment.lock)));
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

/** All that decides what a task gives: what it is, what it is given, and the code that it runs. */
async function cacheKeyOf(
  ready: ReadyTask,
  step: PreparedStep | null,
  { pins, pipeline, codeKey }: TaskResources,
): Promise<Digest | null> {
  const { task, component, executor, inputs } = ready;
  const container = executor.container;
  if (!task.cachingOptions?.enableCache) return null;
  const { cacheKey } = task.cachingOptions;
  // The pipeline's own word for what makes two results the same, as Kubeflow takes it.
  if (cacheKey) return digestOfJson({ pipeline, component: task.componentRef.name, cacheKey });
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
    environment: step?.environment?.digest ?? pins.environment,
    ...(step && given(step)),
  });
}

/** What Kubernetes is asked to give to a step and that its other inputs do not say: claims, secrets and labels by name. */
function given({ settings: { variables, mounts, fields } }: PreparedStep): Record<string, unknown> {
  const shared = mounts.filter(({ kind }) => kind !== 'empty');
  return {
    ...(variables.length > 0 && { variables }),
    ...(shared.length > 0 && { mounts: shared }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
}

function newRecord(ready: ReadyTask, step: PreparedStep | null, lock?: Digest): TaskRecord {
  const environment = step?.environment;
  return {
    ...pendingRecord(ready.name, null, ready),
    ...(environment && {
      environment: {
        digest: environment.digest,
        packages: [...environment.packages],
        ...(lock && { lock }),
      },
    }),
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
  step: PreparedStep,
  record: TaskRecord,
  resources: TaskResources,
  earlier: Awaited<ReturnType<typeof takeUp>>,
): Promise<TaskRecord> {
  const cores = step.settings.cores ?? 1;
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
        end = await followAdopted(attempt, step, resources);
      } else {
        const startedAt = new Date().toISOString();
        record.startedAt ??= startedAt;
        const note = { number, failures, startedAt, boot: await bootId() };
        makeCheckpointsFolder(resources.folder, ready.name);
        attempt = await outlast(
          async () => {
            const prepared = await prepareAttempt(
              resources.objects,
              ...([folder, note, ready.component, ready.inputs] as const),
            );
            await resources.trees.write(resources.pins.code, codeFolder(folder));
            return prepared;
          },
          patienceOf(record, resources),
        );
        end = await execute(ready, step, attempt, input, record, { ...resources, environment });
      }
      if (end.kind === 'exited' && end.cpuSeconds !== null)
        record.cpuSeconds = (record.cpuSeconds ?? 0) + end.cpuSeconds;
      if (end.kind === 'exited' && end.code === 0) {
        const places = {
          workingDirectory: codeFolder(folder),
          visible: (path: string) => resources.steps.visible(path),
        };
        const outputs = await outlast(
          () => collectOutputs(resources.objects, ready.component, input, places),
          patienceOf(record, resources),
        );
        return { ...ended(record, 'succeeded', null), outputs };
      }
      failure =
        (await limitFault(folder)) ??
        (await attemptFault(end, step.command[0] ?? '', {
          logFile: logFile(resources.folder, ready.name, number),
          path: environmentIn(codeFolder(folder), resources).PATH ?? '',
        }));
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
    const why = await masked(resources, ready, messageOf(failure));
    record.reason = `attempt ${number} failed, another follows in ${pause} s: ${why}`;
    resources.changed(record);
    await sleep(pause * 1000, undefined, { signal: AbortSignal.any([resources.canceled, resources.closed]) });
    state = undefined;
    number += 1;
  }
}

/** Never taken from an earlier run: the claim may have been removed since. */
async function runClaim(
  kind: 'create' | 'delete',
  ready: ReadyTask,
  { steps, runId, pipeline }: TaskResources,
): Promise<TaskRecord> {
  const record = { ...newRecord(ready, null), startedAt: new Date().toISOString(), attempts: 1 };
  const run = { id: runId, pipeline };
  const outputs = await runClaimTask(kind, ready.inputs.parameters, { volumes: steps.volumes, run });
  return { ...ended(record, 'succeeded', null), outputs };
}

async function runImporter(
  ready: ReadyTask,
  importer: IrImporter,
  record: TaskRecord,
  resources: TaskResources,
): Promise<TaskRecord> {
  const { objects, steps } = resources;
  record.startedAt = new Date().toISOString();
  record.attempts = 1;
  const known = (path: string) => artifactAt(path, resources);
  const visible = (path: string) => steps.visible(path);
  const artifact = await importArtifact({ objects, buckets: steps.buckets, visible, known }, ready, importer);
  const outputs: Bindings = { parameters: {}, artifacts: { [artifact.name]: [artifact] } };
  return { ...ended(record, 'succeeded', null), outputs };
}

/** The artifact that a task of this or another run had at a path of its folder, which is gone once the task has ended. */
async function artifactAt(
  path: string,
  { folder, runId, runs, recordOf }: TaskResources,
): Promise<ArtifactRecord | undefined> {
  const place = placeOfArtifact(dirname(folder), path);
  if (!place) return undefined;
  const record =
    place.run === runId
      ? recordOf(place.task)
      : (await runs.get(place.run))?.tasks.find(({ name }) => name === place.task);
  return record?.[place.port].artifacts[place.name]?.[place.index];
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
  await rm(tasks, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes the folders of a task's attempts. */
export async function removeAttempts(
  runFolder: string,
  task: string,
  first: number,
  last: number,
): Promise<void> {
  for (let attempt = first; attempt <= last; attempt++)
    await rm(attemptFolder(runFolder, task, attempt), { recursive: true, force: true, maxRetries: 5 });
}
