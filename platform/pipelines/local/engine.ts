import { setMaxListeners } from 'node:events';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import type { CodeReference } from '@visavox/core/code';
import { canonicalJson, Digest } from '@visavox/core/digest';
import { messageOf } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { PipelineEngine, RunRequest, RunStore } from '@visavox/core/ports';
import { isFinished, type RunRecord } from '@visavox/core/run';
import { z } from 'zod';
import { admit, alreadyFinished, pinnedSpec, requireRun, requireTask, resumed } from '../admission.ts';
import { CodeKeys } from '../code/code-keys.ts';
import { requireSources } from '../code/sources.ts';
import { findCode, noCode } from '../code/stored-code.ts';
import { toolSettings } from '../environments/tool.ts';
import type { PipelineSpec } from '../ir.ts';
import { retriesOfGroups, unknownFields } from '../ir-unknown.ts';
import { plan, type RunnableTask, type TaskOutcome } from '../plan.ts';
import { parsePipelineSpec } from '../read-ir.ts';
import type { RunHooks } from '../run-hooks.ts';
import { attemptsLogged, logFile } from './attempt.ts';
import { sweepCheckpoints } from './checkpoints.ts';
import { CodeTrees } from './code-trees.ts';
import { Launcher } from './launcher.ts';
import { lockFolder } from './lock.ts';
import { outlast, type Patience } from './outlast.ts';
import { RunDriver } from './run-driver.ts';
import { requireScripts } from './runnable.ts';
import { Slots } from './slots.ts';
import { StepHost, type StepHostOptions } from './step-host.ts';
import type { ValueSources } from './step-values.ts';
import type { CodeSurroundings } from './task-resources.ts';
import { sweepTasks } from './task-run.ts';
import { sweepWorkspace } from './workspace.ts';

export interface LocalEngineOptions
  extends Pick<StepHostOptions, 'access' | 'hidden' | 'gpus' | 'isolation' | 'buckets' | keyof ValueSources> {
  /** Where runs are worked on and their logs kept; one engine at a time. */
  readonly folder: string;
  readonly runs: RunStore;
  /** Holds artifacts and compiled pipelines as blobs. */
  readonly objects: ObjectStore;
  /** The code of a run that brings none, taken when it is submitted; no code at all unless given. */
  readonly code?: () => Promise<CodeReference>;
  /** The project on this machine whose installed packages serve snapshots of it. */
  readonly project?: string;
  /** Pinned by every run: what the environment of its commands is. */
  readonly environmentDigest: Digest;
  /** What commands find in the folder of their code, which they are started in. */
  readonly inCode?: (code: string) => CodeSurroundings;
  /** For all tasks, beside PATH, HOME and the language. Nothing else of this process's environment reaches them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Searched for commands before PATH. */
  readonly path?: readonly string[];
  /** Where the packages of steps are kept, by digest; a folder of its own unless given. */
  readonly environments?: string;
  /** Where the folders are kept that stand for volume claims; a folder of its own unless given. */
  readonly volumes?: string;
  /** Cores for tasks; a task takes one, or its CPU limit. */
  readonly cores?: number;
  readonly hooks?: RunHooks;
  readonly log?: (message: string) => void;
  /** Whether an error says only that the database or the object store is away for now: then it is waited for. */
  readonly isAway?: (error: unknown) => boolean;
  /** How long a canceled task may take to end by itself. */
  readonly graceMs?: number;
}

const saveNewWithinMs = 10_000;

/** What a run is worked on with that its record does not hold. */
const RunNote = z.object({ useCache: z.boolean(), locks: z.record(z.string(), Digest).optional() });

/**
 * Runs pipelines as processes of this machine. Tasks are detached: they outlive this engine, and the next one
 * on the same folder takes them up where they are.
 */
export class LocalEngine implements PipelineEngine {
  readonly #options: LocalEngineOptions;
  readonly #unlock: () => Promise<void>;
  readonly #slots: Slots;
  readonly #steps: StepHost;
  readonly #launcher = new Launcher();
  readonly #trees: CodeTrees;
  readonly #keys: CodeKeys;
  readonly #closed = new AbortController();
  readonly #drivers = new Map<string, RunDriver>();
  readonly #starting = new Map<string, Promise<string>>();

  private constructor(options: LocalEngineOptions, unlock: () => Promise<void>, trees: CodeTrees) {
    this.#options = options;
    this.#unlock = unlock;
    this.#trees = trees;
    this.#keys = new CodeKeys(trees, { path: this.#pathOfTools(), log: options.log ?? (() => {}) });
    setMaxListeners(0, this.#closed.signal); // one for each running task
    this.#slots = new Slots(options.cores ?? availableParallelism());
    const { access, secret, configMap, keys, hidden, gpus, isolation, buckets } = options;
    this.#steps = new StepHost({
      ...{ access, secret, configMap, keys, hidden, gpus, isolation, buckets },
      programs: [...(options.project ? this.#inCode(options.project).path : []), this.#pathOfTools()].join(
        delimiter,
      ),
      volumes: options.volumes ?? join(options.folder, '.volumes'),
      environments: options.environments ?? join(options.folder, '.environments'),
      walls: join(options.folder, '.walls'),
      toolEnvironment: { ...this.#environment(), PATH: this.#pathOfTools(), ...toolSettings() },
    });
  }

  /** Takes the folder; throws a UserError `engine_running` while another process has it. */
  static async open(options: LocalEngineOptions): Promise<LocalEngine> {
    const unlock = await lockFolder(options.folder);
    const { folder, objects, project } = options;
    // No run's folder has such a name.
    const trees = await CodeTrees.open({ folder: join(folder, '.code'), objects, project });
    const engine = new LocalEngine(options, unlock, trees);
    if ((await engine.#steps.isolation).kind === 'none')
      options.log?.(
        'steps see all that this user sees: this machine lets nobody make namespaces (unshare of util-linux)',
      );
    return engine;
  }

  /** Continues all unfinished runs; answers which. Call it once, at start. */
  async recover(): Promise<readonly string[]> {
    const unfinished = (await this.#options.runs.list({ unfinished: true })).filter(
      (run) => run.engine === 'local',
    );
    for (const run of unfinished) {
      try {
        const patience = this.#patience(`run ${run.id}`);
        await outlast(async () => this.#drive(await this.#withKeptCode(run)), patience);
      } catch (error) {
        // The next engine continues it.
        if (this.#closed.signal.aborted) throw error;
        // One unreadable run must not keep the others from going on.
        const reason = `cannot be continued: ${messageOf(error)}`;
        await this.#options.runs.save({
          ...run,
          state: 'failed',
          reason,
          finishedAt: new Date().toISOString(),
        });
      }
    }
    for (const entry of await readdir(this.#options.folder, { withFileTypes: true }))
      if (entry.isDirectory() && !entry.name.startsWith('.') && !this.#drivers.has(entry.name)) {
        await sweepTasks(join(this.#options.folder, entry.name), this.#graceMs);
        await sweepCheckpoints(join(this.#options.folder, entry.name), new Date());
        await sweepWorkspace(join(this.#options.folder, entry.name), new Date());
      }
    return unfinished.map((run) => run.id);
  }

  submit(request: RunRequest): Promise<string> {
    const starting = this.#starting.get(request.id) ?? this.#submit(request);
    this.#starting.set(request.id, starting);
    const forget = () => this.#starting.delete(request.id);
    starting.then(forget, forget);
    return starting;
  }

  async #submit(request: RunRequest): Promise<string> {
    const { run, known } = await admit(request, {
      ...this.#options,
      engine: 'local',
      pinned: async (spec, ready) => {
        await this.#steps.requireRunnable(spec, ready);
        const unknown = [...unknownFields(spec), ...retriesOfGroups(spec)];
        if (unknown.length > 0) this.#options.log?.(`run ${request.id}: ignored: ${unknown.join(', ')}`);
        const code = request.code ?? (await this.#codeOfToday());
        const manifest = await this.#trees.manifest(code.digest);
        requireSources(spec, manifest);
        requireScripts(spec, manifest);
        return { code, environment: this.#options.environmentDigest };
      },
    });
    if (known) {
      // Whoever asked before may have been told that it failed, after the record was saved.
      if (!isFinished(run.state)) await this.#drive(await this.#withKeptCode(run));
      return run.id;
    }
    const note = { useCache: request.useCache, locks: request.locks };
    await this.#writeNote(run.id, note);
    await this.#saveNew(run);
    // As it is pinned: whoever takes the run up later goes through its tasks in the same order.
    const pinned: unknown = JSON.parse(canonicalJson(request.pipelineSpec));
    this.#start(run, parsePipelineSpec(pinned), note);
    return run.id;
  }

  /** A connection that broke does not tell whether the record is there: where it is, somebody has to work on it. */
  async #saveNew(run: RunRecord): Promise<void> {
    const until = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(saveNewWithinMs)]);
    await outlast(() => this.#options.runs.save(run), { ...this.#patience(`run ${run.id}`), until });
  }

  #patience(what: string): Patience {
    return {
      isAway: this.#options.isAway ?? (() => false),
      until: this.#closed.signal,
      tell: (reason) => reason !== null && this.#options.log?.(`${what} ${reason}`),
    };
  }

  async get(runId: string): Promise<RunRecord> {
    return requireRun(this.#options.runs, runId);
  }

  async cancel(runId: string): Promise<void> {
    const run = await this.get(runId);
    if (run.state === 'canceled') return;
    if (isFinished(run.state)) throw alreadyFinished(run);
    await (this.#drivers.get(runId) ?? (await this.#drive(run))).cancel();
  }

  async resume(runId: string): Promise<void> {
    let run = await this.get(runId);
    const driver = this.#drivers.get(runId);
    // Between its last record and its end, a run clears its folders away.
    if (driver && isFinished(run.state)) run = await driver.done;
    if (run.state === 'succeeded' || this.#drivers.has(runId)) return;
    if (!isFinished(run.state)) {
      await this.#drive(await this.#withKeptCode(run));
      return;
    }
    await sweepTasks(this.#runFolder(runId), this.#graceMs);
    const { pins } = await this.#withKeptCode(run);
    const again = resumed(run, { code: pins.code, environment: this.#options.environmentDigest });
    await this.#options.runs.save(again);
    await this.#drive(again);
  }

  async logs(runId: string, task: string): Promise<string> {
    const run = await this.get(runId);
    requireTask(run, task);
    const attempts = await attemptsLogged(this.#runFolder(runId), task);
    const texts = await Promise.all(
      attempts.map((attempt) => readFile(logFile(this.#runFolder(runId), task, attempt), 'utf8')),
    );
    const text =
      texts.length === 1
        ? (texts[0] ?? '')
        : texts.map((one, index) => `--- attempt ${attempts[index]} ---\n${one}`).join('');
    const spec = await pinnedSpec(this.#options.objects, run.pins.pipeline);
    return this.#steps.mask(spec, text, knownTasks(spec, run));
  }

  /** The run when it has ended. */
  async wait(runId: string): Promise<RunRecord> {
    return (await this.#drivers.get(runId)?.done) ?? this.get(runId);
  }

  /** Stops working on runs. Their tasks go on; the next engine on this folder takes them up. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#launcher.close();
    await this.#unlock();
  }

  async #drive(run: RunRecord): Promise<RunDriver> {
    const known = this.#drivers.get(run.id);
    if (known) return known;
    const spec = await pinnedSpec(this.#options.objects, run.pins.pipeline);
    return this.#start(run, spec, await this.#readNote(run.id));
  }

  #start(run: RunRecord, spec: PipelineSpec, { useCache, locks = {} }: z.infer<typeof RunNote>): RunDriver {
    const known = this.#drivers.get(run.id);
    if (known) return known;
    const driver = new RunDriver(structuredClone(run), spec, {
      useCache,
      locks,
      folder: this.#runFolder(run.id),
      objects: this.#options.objects,
      runs: this.#options.runs,
      slots: this.#slots,
      steps: this.#steps,
      launcher: this.#launcher,
      environment: this.#environment(),
      trees: this.#trees,
      inCode: this.#inCode,
      codeKey: this.#keys.of(spec, run.pins.code),
      graceMs: this.#graceMs,
      closed: this.#closed.signal,
      hooks: this.#options.hooks ?? {},
      log: this.#options.log ?? (() => {}),
      isAway: this.#options.isAway ?? (() => false),
    });
    this.#drivers.set(run.id, driver);
    void driver.done.then(() => this.#drivers.delete(run.id));
    void driver.start();
    return driver;
  }

  /** What every step is given. */
  #environment(): Readonly<Record<string, string>> {
    const passed = ['HOME', 'USER', 'LANG', 'LC_ALL', 'TZ'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    });
    const path = [...(this.#options.path ?? []), process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(
      delimiter,
    );
    return { ...Object.fromEntries(passed), PATH: path, ...this.#options.environment };
  }

  get #inCode(): (code: string) => CodeSurroundings {
    return this.#options.inCode ?? (() => ({ path: [], environment: {} }));
  }

  /** Where programs of the environment are, Python among them. */
  #pathOfTools(): string {
    return [...this.#inCode(this.#options.folder).path, this.#environment().PATH].join(delimiter);
  }

  async #codeOfToday(): Promise<CodeReference> {
    return this.#options.code?.() ?? noCode;
  }

  /** Runs that were submitted before code was kept go on with what is there now, and say so. */
  async #withKeptCode(run: RunRecord): Promise<RunRecord> {
    if (await findCode(this.#options.objects, run.pins.code)) return run;
    const { digest } = await this.#codeOfToday();
    return {
      ...run,
      pins: { ...run.pins, code: digest },
      reason: 'its code was not kept: it goes on with the code of now, and cannot be reproduced exactly',
    };
  }

  get #graceMs(): number {
    return this.#options.graceMs ?? 10_000;
  }

  #runFolder(runId: string): string {
    return join(this.#options.folder, runId);
  }

  async #writeNote(runId: string, note: z.infer<typeof RunNote>): Promise<void> {
    const folder = this.#runFolder(runId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'run.json.new'), JSON.stringify(note), { flush: true });
    await rename(join(folder, 'run.json.new'), join(folder, 'run.json'));
  }

  async #readNote(runId: string): Promise<z.infer<typeof RunNote>> {
    try {
      return RunNote.parse(JSON.parse(await readFile(join(this.#runFolder(runId), 'run.json'), 'utf8')));
    } catch (error) {
      // A run whose folder was cleared away can still be continued from its record.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { useCache: true };
      throw error;
    }
  }
}

/** Its tasks with what is known of them by now. */
function knownTasks(spec: PipelineSpec, { pins, tasks }: RunRecord): readonly RunnableTask[] {
  const outcomes = new Map<string, TaskOutcome>();
  for (const { name, state, cached, outputs } of tasks)
    if (state === 'succeeded' || cached) outcomes.set(name, { state: 'succeeded', outputs });
    else if (state === 'failed') outcomes.set(name, { state, outputs });
  return plan(spec, pins.parameters, outcomes).tasks.filter((task) => 'executor' in task);
}
