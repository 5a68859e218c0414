import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunStore } from '@visavox/core/ports';
import type { Bindings, RunRecord, TaskEnvironment, TaskRecord } from '@visavox/core/run';
import type { CodeKeys } from '@visavox/pipelines/code/code-keys';
import { findCode } from '@visavox/pipelines/code/stored-code';
import { HookCalls } from '@visavox/pipelines/hook-calls';
import type { PipelineSpec } from '@visavox/pipelines/ir';
import { plan, type TaskOutcome } from '@visavox/pipelines/plan';
import { reasonOfFailure, unfinishedAsCanceled, unstartedRecord } from '@visavox/pipelines/records';
import type { RunHooks } from '@visavox/pipelines/run-hooks';
import { Saves } from '@visavox/pipelines/saves';
import type { ArtifactSource } from './artifact-source.ts';
import { collectOutputs } from './collect.ts';
import { explainFailure } from './failures.ts';
import type { KubeflowClient, KubeflowRun } from './kubeflow-client.ts';
import type { MlMetadata } from './ml-metadata.ts';
import { type SightedTask, sightOf } from './observe.ts';
import { kubeflowName, type RunNote, writeNote } from './run-note.ts';
import type { RunPod, RunPods } from './run-pods.ts';
import { takesCode } from './step/launched.ts';
import { toldEnvironment } from './step/step-grants.ts';
import type { StepTokens } from './step/step-tokens.ts';
import { type StepContainers, submission } from './submission.ts';
import { knownTasks } from './task-paths.ts';
import { VersionImports } from './version-imports.ts';

export interface FollowerResources {
  readonly client: KubeflowClient;
  readonly metadata: Pick<MlMetadata, 'executions' | 'outputArtifacts'>;
  readonly artifacts: Pick<ArtifactSource, 'read'>;
  /** Without it, nobody knows why a pod waits or how it ended. */
  readonly pods: RunPods | undefined;
  readonly runs: RunStore;
  readonly objects: ObjectStore;
  readonly containers: StepContainers;
  /** What the images were built from. */
  readonly code: Digest;
  /** Tells what of a snapshot a step runs; without it, that is all of it. */
  readonly codeKeys?: Pick<CodeKeys, 'of'> | undefined;
  /** What steps in step images show themselves by. */
  readonly tokens?: StepTokens | undefined;
  readonly experiment: string;
  readonly pipelineRoot?: string | undefined;
  readonly serviceAccount?: string | undefined;
  readonly hooks: RunHooks;
  readonly log: (message: string) => void;
  readonly pollMs: number;
  /** What has not started after so long is given up. */
  readonly startLimitMs: number;
  readonly closed: AbortSignal;
}

/** Takes one run to its end on Kubeflow: submits it once, watches it, and keeps the record up to date. */
export class RunFollower {
  readonly done: Promise<RunRecord>;
  readonly #run: RunRecord;
  readonly #spec: PipelineSpec;
  readonly #note: RunNote;
  readonly #resources: FollowerResources;
  readonly #hookCalls: HookCalls;
  readonly #saves: Saves;
  readonly #outputs = new Map<string, Bindings>();
  readonly #explained = new Map<string, string>();
  readonly #environments = new Map<string, TaskEnvironment>();
  readonly #told = new Set<string>();
  readonly #imports: VersionImports;
  /** Aborts a pause, so that a change of mind is not waited for. */
  #pause = new AbortController();
  #environment: Readonly<Record<string, string>> = {};
  #givenUp: string | null = null;
  #saved = '';

  constructor(run: RunRecord, spec: PipelineSpec, note: RunNote, resources: FollowerResources) {
    this.#run = run;
    this.#spec = spec;
    this.#note = note;
    this.#resources = resources;
    this.#imports = new VersionImports({ spec, parameters: run.pins.parameters, objects: resources.objects });
    this.#hookCalls = new HookCalls(run, resources.hooks, resources.log);
    this.#saves = new Saves(resources.runs, resources.closed, resources.log);
    for (const task of run.tasks)
      if (task.state === 'succeeded' || task.cached) {
        this.#outputs.set(task.name, task.outputs);
        this.#told.add(task.name);
      }
    // Errors that nobody can go on from have ended the run in `#work`; what is left is a closed engine.
    this.done = this.#work();
  }

  /** Answers when it is durable that the run is to be canceled. */
  async cancel(): Promise<void> {
    if (this.#run.state === 'canceling') return;
    this.#run.state = 'canceling';
    await this.#save();
    this.#pause.abort();
  }

  async #work(): Promise<RunRecord> {
    try {
      const begun = await this.#begin();
      if (!begun) return await this.#finish('canceled');
      for (let terminated = false; ; ) {
        if (!terminated && (this.#canceling || this.#givenUp !== null)) {
          await this.#persist(() => this.#resources.client.terminateRun(begun));
          terminated = true;
        }
        const state = await this.#persist(() => this.#look(begun));
        if (state) return await this.#finish(state);
        await this.#rest(this.#resources.pollMs);
      }
    } catch (error) {
      if (this.#resources.closed.aborted) return new Promise(() => {});
      this.#run.reason = error instanceof UserError ? `${error.message}\n${error.action}` : messageOf(error);
      return this.#finish('failed');
    }
  }

  /** Kubeflow's id of the run, made now unless it was made before; undefined where it is not to be made any more. */
  async #begin(): Promise<string | undefined> {
    await this.#persist(() => this.#startHook(), 'waits to be tracked');
    const name = kubeflowName(this.#run);
    return this.#persist(async () => {
      const found = await this.#find(name);
      if (found) {
        if (!this.#canceling) await this.#retry(found);
        return found.run_id;
      }
      if (this.#canceling) return undefined;
      if (this.#run.state === 'running')
        throw new UserError({
          kind: 'gone',
          code: 'kubeflow_run_gone',
          message: `The run "${name}" is not on Kubeflow any more: somebody deleted it.`,
          action: 'Resume the run to submit it again.',
        });
      const made = await this.#create(name);
      return ((await this.#find(name)) ?? made).run_id;
    }, 'waits for Kubeflow');
  }

  /** Submitted twice at the same moment, by this process and one before it, the first one counts. */
  async #find(name: string): Promise<KubeflowRun | undefined> {
    const [first, ...more] = await this.#resources.client.findRuns(name);
    for (const other of more)
      if (endOf(other) === undefined) await this.#resources.client.terminateRun(other.run_id);
    return first;
  }

  /** A resumed run goes on where it failed; asked for once, also when this process is killed in between. */
  async #retry(run: KubeflowRun): Promise<void> {
    if (!this.#note.retry) return;
    const end = endOf(run);
    if (end === 'failed' || end === 'canceled') await this.#resources.client.retryRun(run.run_id);
    await writeNote(this.#resources.objects, this.#run.id, { ...this.#note, retry: false });
  }

  async #startHook(): Promise<void> {
    if (this.#canceling) return;
    const started = await this.#resources.hooks.onRunStarted?.(structuredClone(this.#run));
    if (!started) return;
    this.#run.trackingRun = started.trackingRun;
    this.#environment = started.environment;
    this.#hookCalls.notice(started.notices);
  }

  async #create(name: string): Promise<KubeflowRun> {
    this.#resources.closed.throwIfAborted();
    const { client, containers, experiment, pipelineRoot, serviceAccount, tokens } = this.#resources;
    const { pins, id: run } = this.#run;
    const isSnapshot = (await findCode(this.#resources.objects, pins.code)) !== undefined;
    const environment = {
      ...containers.environment,
      ...this.#environment,
      VISAVOX_RUN: run,
      VISAVOX_CODE: pins.code,
    };
    const pipelineSpec = submission(this.#spec, {
      ...this.#note,
      containers: { ...containers, environment },
      ...(isSnapshot
        ? { code: this.#resources.code, snapshot: pins.code, codeKeys: await this.#codeKeys() }
        : { code: pins.code }),
      token: tokens && ((executor) => tokens.tokenOf({ run, executor })),
      environment: pins.environment,
      runId: this.#run.id,
      runName: this.#run.pipeline,
      parameters: pins.parameters,
    });
    const { parameters } = pins;
    const description = this.#run.trigger;
    return client.createRun({
      ...{ name, description, experiment, pipelineSpec, parameters, pipelineRoot, serviceAccount },
      trackedElsewhere: this.#run.trackingRun !== null,
    });
  }

  /** By executor. What cannot be followed is the whole snapshot. */
  async #codeKeys(): Promise<ReadonlyMap<string, Digest>> {
    const { components, deploymentSpec } = this.#spec;
    const keyOf = this.#resources.codeKeys?.of(this.#spec, this.#run.pins.code);
    const keys = new Map<string, Digest>();
    for (const [name, component] of Object.entries(components)) {
      const { executorLabel: label = '' } = component;
      const executor = deploymentSpec.executors[label];
      if (!keyOf || !executor?.container || !takesCode(executor.container) || keys.has(label)) continue;
      const key = await keyOf({ name, component, executor });
      if (key !== null) keys.set(label, key);
    }
    return keys;
  }

  /** Looks once; the state in which the run has ended, if it has. */
  async #look(id: string): Promise<'succeeded' | 'failed' | 'canceled' | undefined> {
    const { client, metadata, pods } = this.#resources;
    // The run first: what is written down after its end is all there is.
    const run = await this.#stillThere(client.getRun(id));
    const ended = endOf(run);
    // It is on its way: whatever may not be read from here on is waited for.
    if (this.#run.state === 'pending') this.#run.state = 'running';
    const executions = await metadata.executions(id);
    const seen = await pods?.list(id);
    const tasks = [...knownTasks(this.#spec, executions).values()].map((known) =>
      sightOf(known, seen, ended !== undefined),
    );
    for (const task of tasks) await this.#learn(task);
    const outcomes = this.#outcomesOf(tasks);
    await this.#imports.addTo(outcomes);
    this.#run.tasks = this.#records(tasks, outcomes);
    await this.#tell();
    if (ended === undefined) {
      this.#giveUpWhatNeverStarts(run, tasks, seen);
      await this.#save();
      return undefined;
    }
    if (ended === 'failed' && this.#canceling) return 'canceled';
    if (ended === 'failed') await this.#explainRun(run, seen);
    return ended;
  }

  async #stillThere(run: Promise<KubeflowRun>): Promise<KubeflowRun> {
    try {
      return await run;
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'kubeflow_not_found') throw error;
      throw new UserError({
        kind: 'gone',
        code: 'kubeflow_run_gone',
        message: 'The run is not on Kubeflow any more: somebody deleted it.',
        action: 'Resume the run to submit it again.',
        cause: error,
      });
    }
  }

  /** Takes what a task gave, or why it failed, once. */
  async #learn({ path, sight, execution, component }: SightedTask): Promise<void> {
    if ((sight.kind === 'succeeded' || sight.kind === 'cached') && !this.#outputs.has(path))
      this.#outputs.set(path, await collectOutputs(execution, component, this.#resources));
    if ((sight.kind === 'succeeded' || sight.kind === 'failed') && !this.#environments.has(path)) {
      const label = component.executorLabel ?? '';
      const environment = await toldEnvironment(this.#resources.objects, this.#run.id, label);
      if (environment) this.#environments.set(path, environment);
    }
    if (sight.kind !== 'failed' || this.#explained.has(path)) return;
    const pod = sight.pod?.name ?? execution.pod ?? undefined;
    const log = pod === undefined ? undefined : await this.#resources.pods?.log(pod);
    this.#explained.set(path, explainFailure(sight.pod, log));
  }

  #outcomesOf(tasks: readonly SightedTask[]): Map<string, TaskOutcome> {
    const outcomes = new Map<string, TaskOutcome>();
    for (const { path, sight } of tasks) {
      const outputs = this.#outputs.get(path) ?? { parameters: {}, artifacts: {} };
      if (sight.kind === 'succeeded' || sight.kind === 'cached')
        outcomes.set(path, { state: 'succeeded', outputs });
      else if (sight.kind === 'failed') outcomes.set(path, { state: 'failed', outputs });
      else if (sight.kind !== 'untriggered') outcomes.set(path, { state: 'running', outputs });
    }
    return outcomes;
  }

  #records(tasks: readonly SightedTask[], outcomes: ReadonlyMap<string, TaskOutcome>): TaskRecord[] {
    const seen = new Map(tasks.map((task) => [task.path, task]));
    const before = new Map(this.#run.tasks.map((task) => [task.name, task]));
    const planned = plan(this.#spec, this.#run.pins.parameters, outcomes).tasks;
    return planned.map((task) => {
      const imported = this.#imports.get(task.name);
      // When it was imported is remembered by the record.
      const earlier = before.get(task.name);
      if (imported) return earlier?.state === 'succeeded' ? earlier : imported;
      const record = unstartedRecord(task);
      const found = seen.get(task.name);
      return found && found.sight.kind !== 'untriggered'
        ? this.#recordOf(found, record, before.get(task.name))
        : { ...record, attempts: before.get(task.name)?.attempts ?? 0 };
    });
  }

  #recordOf(task: SightedTask, record: TaskRecord, before: TaskRecord | undefined): TaskRecord {
    const { sight, execution, path, pods } = task;
    const attempts = Math.max((this.#note.attempts[path] ?? 0) + pods, before?.attempts ?? 0);
    const startedAt = before?.startedAt ?? execution.createdAt;
    const environment = this.#environments.get(path) ?? before?.environment;
    const outputs = this.#outputs.get(path) ?? record.outputs;
    const shared = { ...record, ...(environment && { environment }), attempts, startedAt, outputs };
    switch (sight.kind) {
      case 'succeeded':
        return { ...shared, state: 'succeeded', finishedAt: execution.updatedAt, reason: null };
      case 'cached':
        return {
          ...shared,
          ...{ state: 'skipped', cached: true, finishedAt: execution.updatedAt },
          reason: "taken from Kubeflow's cache: an earlier run had the same inputs and code",
        };
      case 'failed':
        return {
          ...shared,
          ...(this.#canceling && before?.state !== 'failed'
            ? { state: 'canceled', reason: 'canceled' }
            : { state: 'failed', reason: this.#explained.get(path) ?? null }),
          finishedAt: before?.finishedAt ?? new Date().toISOString(),
        };
      case 'running':
        return { ...shared, state: 'running', reason: null };
      case 'pending':
        return { ...shared, state: 'pending', startedAt: null, reason: sight.reason };
      case 'untriggered':
        return record;
    }
  }

  #giveUpWhatNeverStarts(
    run: KubeflowRun,
    tasks: readonly SightedTask[],
    pods: readonly RunPod[] | undefined,
  ): void {
    if (this.#givenUp !== null || this.#canceling) return;
    const limit = this.#resources.startLimitMs;
    const late = (since: number | null) => since !== null && Date.now() - since > limit;
    const minutes = Math.max(1, Math.round(limit / 60_000));
    const task = tasks.find(({ sight }) => sight.kind === 'pending' && late(sight.since));
    const driver = pods?.find((pod) => pod.waiting !== null && late(pod.createdAt));
    if (task?.sight.kind === 'pending') {
      const why = task.sight.reason?.replace('waits to start: ', '') ?? 'Kubernetes was not asked why';
      const reason = `it did not start within ${minutes} min: ${why}.\nCorrect the cause (image, resources, secrets), then resume the run.`;
      this.#explained.set(task.path, reason);
      this.#givenUp = `${task.path} failed: ${reason}`;
    } else if (driver)
      this.#givenUp = `Kubeflow's pod ${driver.name} did not start within ${minutes} min: ${driver.waiting}.\nCorrect the cause, then resume the run.`;
    else if (tasks.length === 0 && (pods?.length ?? 0) === 0 && late(Date.parse(run.created_at ?? '')))
      this.#givenUp = `Kubeflow started nothing of it within ${minutes} min.\nSee whether its workflow controller runs, then resume the run.`;
    this.#run.reason = this.#givenUp ?? this.#run.reason;
  }

  async #explainRun(run: KubeflowRun, pods: readonly RunPod[] | undefined): Promise<void> {
    const ofTasks = reasonOfFailure(this.#run.tasks);
    this.#run.reason = this.#givenUp ?? ofTasks ?? run.error?.message ?? null;
    if (this.#run.reason) return;
    // No task of ours failed: Kubeflow's own part did.
    const broken = pods?.find(({ phase }) => phase === 'Failed');
    this.#run.reason = broken
      ? `Kubeflow's pod ${broken.name} failed: ${explainFailure(broken, await this.#resources.pods?.log(broken.name))}`
      : 'Kubeflow ended it and does not say why.';
  }

  async #tell(): Promise<void> {
    for (const task of this.#run.tasks) {
      if (task.finishedAt === null || this.#told.has(task.name)) continue;
      this.#told.add(task.name);
      await this.#hookCalls.taskFinished(task);
    }
  }

  async #finish(state: 'succeeded' | 'failed' | 'canceled'): Promise<RunRecord> {
    if (state === 'canceled') {
      this.#run.tasks = this.#run.tasks.map(unfinishedAsCanceled);
      this.#run.reason = 'canceled';
    } else if (state === 'succeeded') this.#run.reason = null;
    const finished: RunRecord = { ...this.#run, state, finishedAt: new Date().toISOString() };
    await this.#hookCalls.runFinished(finished);
    await this.#save();
    return structuredClone(this.#run);
  }

  /** Tries again while what is needed is away, and says so in the run's reason meanwhile. */
  async #persist<Answer>(call: () => Promise<Answer>, waiting = 'cannot be followed'): Promise<Answer> {
    for (let pause = 1; ; pause = Math.min(pause * 2, 30)) {
      const before = this.#run.reason;
      this.#resources.closed.throwIfAborted();
      try {
        const answer = await call();
        if (this.#run.reason?.startsWith(waiting)) this.#run.reason = this.#givenUp;
        return answer;
      } catch (error) {
        if (this.#resources.closed.aborted || !this.#mayRecover(error)) throw error;
        const reason = `${waiting}, next try in ${pause} s: ${messageOf(error)}`;
        this.#run.reason = reason;
        if (!before?.startsWith(waiting)) this.#resources.log(`run ${this.#run.id} ${reason}`);
        await this.#save();
        await this.#rest(Math.min(pause * 1000, this.#resources.pollMs * 2 ** Math.log2(pause)));
      }
    }
  }

  /** A run that is on its way is not given up for a token that has run out, or a server that is away. */
  #mayRecover(error: unknown): boolean {
    if (!(error instanceof UserError)) return false;
    const { kind } = error;
    if (kind === 'unavailable' || kind === 'conflict') return true;
    return this.#run.state !== 'pending' && (kind === 'unauthenticated' || kind === 'forbidden');
  }

  async #rest(milliseconds: number): Promise<void> {
    this.#pause = new AbortController();
    const signal = AbortSignal.any([this.#pause.signal, this.#resources.closed]);
    await sleep(milliseconds, undefined, { signal }).catch(() => {}); // woken up: look at once
    this.#resources.closed.throwIfAborted();
  }

  get #canceling(): boolean {
    return this.#run.state === 'canceling';
  }

  async #save(): Promise<void> {
    const text = JSON.stringify(this.#run);
    if (text === this.#saved) return;
    await this.#saves.save(() => structuredClone(this.#run));
    this.#saved = text;
  }
}

function endOf(run: KubeflowRun): 'succeeded' | 'failed' | 'canceled' | undefined {
  switch (run.state) {
    case 'SUCCEEDED':
      return 'succeeded';
    case 'FAILED':
      return 'failed';
    case 'CANCELED':
      return 'canceled';
    default:
      return undefined;
  }
}
