import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type CodeReference, unknownOrigin } from '@visavox/core/code';
import { type Digest, digestOfJson } from '@visavox/core/digest';
import { messageOf } from '@visavox/core/errors';
import type { PipelineEngine, RunRequest } from '@visavox/core/ports';
import { isFinished, type RunRecord } from '@visavox/core/run';
import {
  admit,
  alreadyFinished,
  pinnedSpec,
  requireRun,
  requireTask,
  resumed,
} from '@visavox/pipelines/admission';
import { requireSources } from '@visavox/pipelines/code/sources';
import { findCode, noCode, requireCode } from '@visavox/pipelines/code/stored-code';
import type { PipelineSpec } from '@visavox/pipelines/ir';
import { parsePipelineSpec } from '@visavox/pipelines/read-ir';
import type { RunHooks } from '@visavox/pipelines/run-hooks';
import type { ArtifactSource } from './artifact-source.ts';
import { logArtifact } from './collect.ts';
import { ownLines } from './failures.ts';
import type { MetadataExecution, MlMetadata } from './ml-metadata.ts';
import { type FollowerResources, RunFollower } from './run-follower.ts';
import { kubeflowName, readNote, writeNote } from './run-note.ts';
import { anyTakesCode, launchedExecutors, takesCode } from './step/launched.ts';
import { imagesOf, refuseUnsupported } from './submission.ts';
import { knownTasks } from './task-paths.ts';

export interface KubeflowEngineOptions
  extends Omit<
    FollowerResources,
    'closed' | 'metadata' | 'artifacts' | 'hooks' | 'log' | 'pollMs' | 'startLimitMs' | 'experiment'
  > {
  readonly metadata: MlMetadata;
  readonly artifacts: ArtifactSource;
  /** The code of runs that bring none and have steps without an image of their own; that of the step image unless given. */
  readonly today?: () => Promise<CodeReference>;
  readonly experiment?: string;
  readonly hooks?: RunHooks;
  readonly log?: (message: string) => void;
  readonly pollMs?: number;
  readonly startLimitMs?: number;
}

/**
 * Runs pipelines on Kubeflow Pipelines (v2beta1). A run there is named after ours, so that one which was
 * submitted is found again by whoever comes after; everything else is in the run store and the object store.
 */
export class KubeflowEngine implements PipelineEngine {
  readonly #options: KubeflowEngineOptions;
  readonly #resources: FollowerResources;
  readonly #closed = new AbortController();
  readonly #followers = new Map<string, RunFollower>();
  readonly #starting = new Map<string, Promise<string>>();

  constructor(options: KubeflowEngineOptions) {
    this.#options = options;
    this.#resources = {
      ...options,
      experiment: options.experiment ?? 'visavox',
      hooks: options.hooks ?? {},
      log: options.log ?? (() => {}),
      pollMs: options.pollMs ?? 2000,
      startLimitMs: options.startLimitMs ?? 15 * 60_000,
      closed: this.#closed.signal,
    };
  }

  /** Continues all unfinished runs; answers which. Call it once, at start. */
  async recover(): Promise<readonly string[]> {
    const unfinished = (await this.#options.runs.list({ unfinished: true })).filter(
      (run) => run.engine === 'kubeflow',
    );
    for (const run of unfinished)
      await this.#follow(run).catch(async (error) => {
        // One unreadable run must not keep the others from going on.
        const reason = `cannot be continued: ${messageOf(error)}`;
        await this.#options.runs.save({
          ...run,
          state: 'failed',
          reason,
          finishedAt: new Date().toISOString(),
        });
      });
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
    const spec = parsePipelineSpec(request.pipelineSpec);
    // An image that a component names has code of its own: what a request brings stays where it is then.
    const brought = anyTakesCode(spec) && request.code?.digest !== noCode.digest ? request.code : undefined;
    const { run, known } = await admit(
      { ...request, code: brought },
      {
        ...this.#options,
        engine: 'kubeflow',
        pinned: async () => {
          refuseUnsupported(spec);
          const today = request.code === undefined && anyTakesCode(spec) ? this.#options.today : undefined;
          const code = brought ?? (await today?.());
          const { launch } = this.#options.containers;
          launchedExecutors(spec, { launch, code: code?.digest });
          if (code) await this.#requireSources(spec, code);
          return { code: code ?? this.#imageCode(), environment: this.#environmentOf(spec) };
        },
      },
    );
    if (known) return run.id;
    await writeNote(this.#options.objects, run.id, {
      useCache: request.useCache,
      attempts: {},
      retry: false,
    });
    await this.#options.runs.save(run);
    await this.#follow(run);
    return run.id;
  }

  get(runId: string): Promise<RunRecord> {
    return requireRun(this.#options.runs, runId);
  }

  async cancel(runId: string): Promise<void> {
    const run = await this.get(runId);
    if (run.state === 'canceled') return;
    if (isFinished(run.state)) throw alreadyFinished(run);
    await (await this.#follow(run)).cancel();
  }

  async resume(runId: string): Promise<void> {
    let run = await this.get(runId);
    const follower = this.#followers.get(runId);
    if (follower && isFinished(run.state)) run = await follower.done;
    if (run.state === 'succeeded') return;
    if (!isFinished(run.state)) {
      await this.#follow(run);
      return;
    }
    const { objects, runs } = this.#options;
    const spec = await pinnedSpec(objects, run.pins.pipeline);
    const kept = await findCode(objects, run.pins.code);
    const again = resumed(run, {
      code: kept ? run.pins.code : this.#imageCode().digest,
      environment: this.#environmentOf(spec),
    });
    const unfinished = again.tasks.filter(({ state }) => state === 'pending');
    const attempts = Object.fromEntries(unfinished.map((task) => [task.name, task.attempts]));
    await writeNote(objects, runId, { ...(await readNote(objects, runId)), attempts, retry: true });
    await runs.save(again);
    await this.#follow(again);
  }

  async logs(runId: string, task: string): Promise<string> {
    const run = await this.get(runId);
    requireTask(run, task);
    const { client, metadata, pods, objects } = this.#options;
    const [there] = await client.findRuns(kubeflowName(run));
    if (!there) return '';
    const spec = await pinnedSpec(objects, run.pins.pipeline);
    const found = knownTasks(spec, await metadata.executions(there.run_id)).get(task);
    if (!found) return '';
    const kept = await this.#keptLog(found.execution);
    if (kept !== undefined) return kept;
    const own = ((await pods?.list(there.run_id)) ?? []).filter(
      ({ execution }) => execution === found.execution.id,
    );
    const texts = await Promise.all(own.map(async ({ name }) => (await pods?.log(name)) ?? ''));
    const shown = texts.map((text) => `${ownLines(text).join('\n')}\n`);
    return shown.length === 1
      ? (shown[0] ?? '')
      : shown.map((text, index) => `--- attempt ${index + 1} ---\n${text}`).join('');
  }

  /** The run when it has ended. */
  async wait(runId: string): Promise<RunRecord> {
    return (await this.#followers.get(runId)?.done) ?? this.get(runId);
  }

  /** Stops watching. Runs go on; the next engine takes them up. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#options.metadata.close();
    this.#options.artifacts.close();
  }

  /** A succeeded task's log outlives its pod. */
  async #keptLog(execution: MetadataExecution): Promise<string | undefined> {
    const { metadata, artifacts } = this.#options;
    const log = (await metadata.outputArtifacts(execution.id)).find(({ name }) => name === logArtifact);
    if (!log) return undefined;
    for await (const { content } of artifacts.read(log.uri)) return text(Readable.from(content));
    return undefined;
  }

  async #follow(run: RunRecord): Promise<RunFollower> {
    const spec = await pinnedSpec(this.#options.objects, run.pins.pipeline);
    const note = await readNote(this.#options.objects, run.id);
    const known = this.#followers.get(run.id);
    if (known) return known;
    const follower = new RunFollower(structuredClone(run), spec, note, this.#resources);
    this.#followers.set(run.id, follower);
    void follower.done.then(() => this.#followers.delete(run.id));
    return follower;
  }

  /** Images have sources of their own. */
  async #requireSources(spec: PipelineSpec, { digest }: CodeReference): Promise<void> {
    const { executors } = spec.deploymentSpec;
    const inCode = Object.entries(spec.platforms?.visavox?.deploymentSpec.executors ?? {}).filter(
      ([label]) => {
        const container = executors[label]?.container;
        return container && takesCode(container);
      },
    );
    const visavox = { deploymentSpec: { executors: Object.fromEntries(inCode) } };
    const manifest = await requireCode(this.#options.objects, digest);
    requireSources({ ...spec, platforms: { visavox } }, manifest);
  }

  #imageCode(): CodeReference {
    return { digest: this.#options.code, origin: unknownOrigin };
  }

  #environmentOf(spec: PipelineSpec): Digest {
    const images = imagesOf(spec, this.#options.containers.images);
    return digestOfJson({ images });
  }
}
