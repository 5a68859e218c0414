import type { CodeReference } from '@visavox/core/code';
import { canonicalJson, type Digest, digestOfJson, shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { RunRequest, RunStore } from '@visavox/core/ports';
import type { RunPins, RunRecord, TaskRecord } from '@visavox/core/run';
import { annotationsOf } from '@visavox/core/run-summary';
import { requirePinnedDatasets } from './dataset-parameters.ts';
import type { PipelineSpec } from './ir.ts';
import { resolveParameters } from './parameters.ts';
import { plan, type ReadyTask } from './plan.ts';
import { parsePipelineSpec } from './read-ir.ts';
import { pendingRecord } from './records.ts';

export interface AdmissionResources {
  readonly engine: RunRecord['engine'];
  readonly runs: RunStore;
  readonly objects: ObjectStore;
  /**
   * What a run of this pipeline is pinned to beside what its request says; `ready` starts at once. Throws where the engine
   * cannot run it.
   */
  readonly pinned: (
    spec: PipelineSpec,
    ready: readonly ReadyTask[],
  ) => Promise<{ readonly code: CodeReference } & Pick<RunPins, 'environment'>>;
}

/**
 * The record of a request, not saved yet, or `known` where it was made before. The pipeline is kept as a blob.
 * Throws a UserError where the request is none.
 */
export async function admit(
  request: RunRequest,
  { engine, runs, objects, pinned }: AdmissionResources,
): Promise<{ readonly run: RunRecord; readonly known: boolean }> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(request.id))
    throw invalidId(`"${request.id}" is no id for a run`, 'Use letters, digits, hyphens and underscores.');
  if (request.engine !== undefined && request.engine !== engine)
    throw engineMissing(request.engine, [engine]);
  const spec = parsePipelineSpec(request.pipelineSpec);
  const parameters = resolveParameters(spec, withSeed(spec, request));
  requirePinnedDatasets(spec, parameters, request.datasets);
  const pipeline = digestOfJson(request.pipelineSpec);
  const earlier = await runs.get(request.id);
  if (earlier) {
    const same =
      earlier.pins.pipeline === pipeline &&
      (request.code === undefined || earlier.pins.code === request.code.digest) &&
      canonicalJson(earlier.pins.parameters) === canonicalJson(parameters);
    if (same) return { run: earlier, known: true };
    throw invalidId(`run ${request.id} exists and is another one`, 'Give the new run an id of its own.');
  }
  const { tasks } = plan(spec, parameters, new Map());
  const ready = tasks.filter((task) => task.kind === 'ready');
  const { code, environment } = await pinned(spec, ready);
  const given = { datasets: [...request.datasets], parameters, seed: request.seed };
  const pins: RunPins = { pipeline, code: code.digest, environment, ...given };
  await putBlob(objects, new TextEncoder().encode(canonicalJson(request.pipelineSpec)));
  const run: RunRecord = {
    id: request.id,
    pipeline: spec.pipelineInfo.name,
    state: 'pending',
    reason: null,
    trigger: request.trigger,
    engine,
    pins,
    origin: code.origin,
    trackingRun: null,
    ...annotationsOf(request.annotations ?? {}),
    ...(request.by !== undefined && { by: request.by }),
    ...(request.sweep !== undefined && { sweep: request.sweep }),
    ...(request.requestDigest !== undefined && { requestDigest: request.requestDigest }),
    tasks: tasks.map((task) => pendingRecord(task.name, null)),
    createdAt: new Date().toISOString(),
    finishedAt: null,
  };
  return { run, known: false };
}

/** The pipeline that a run is pinned to. */
export async function pinnedSpec(objects: ObjectStore, pipeline: Digest): Promise<PipelineSpec> {
  return parsePipelineSpec(await pinnedPipeline(objects, pipeline));
}

/** The same as it was submitted, to be submitted again. */
export async function pinnedPipeline(objects: ObjectStore, pipeline: Digest): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await getBlob(objects, pipeline)));
}

/** A finished run as it goes on: what has succeeded stays, all else is to be done, with the pins of now. */
export function resumed(run: RunRecord, now: Pick<RunPins, 'code' | 'environment'>): RunRecord {
  const changed = (['code', 'environment'] as const).flatMap((pin) =>
    run.pins[pin] === now[pin] ? [] : [`${pin} ${shortDigest(run.pins[pin])} -> ${shortDigest(now[pin])}`],
  );
  return {
    ...run,
    state: 'pending',
    // Tasks finished before keep what the earlier code made.
    reason:
      changed.length > 0
        ? `resumed with other ${changed.join(' and ')}: it cannot be reproduced exactly`
        : null,
    pins: { ...run.pins, ...now },
    finishedAt: null,
    tasks: run.tasks.map((task) =>
      task.state === 'succeeded' || task.cached
        ? task
        : { ...pendingRecord(task.name, null), attempts: task.attempts },
    ),
  };
}

export async function requireRun(runs: Pick<RunStore, 'get'>, runId: string): Promise<RunRecord> {
  const run = await runs.get(runId);
  if (!run) throw notFound(`There is no run ${runId}.`);
  return run;
}

export function requireTask(run: RunRecord, name: string): TaskRecord {
  const task = run.tasks.find((one) => one.name === name);
  if (task) return task;
  throw notFound(`Run ${run.id} has no task ${name}; it has ${run.tasks.map((one) => one.name).join(', ')}.`);
}

/** `there`: the names of the engines that this server has. */
export function engineMissing(engine: string, there: readonly string[]): UserError {
  const others = there.map((name) => `--on ${name}`).join(' or ');
  return new UserError({
    kind: 'invalid',
    code: 'engine_not_available',
    message: `This server has no engine named ${engine}.`,
    action:
      engine === 'kubeflow' ? `Set KFP_ENDPOINT and start it again, or use ${others}.` : `Use ${others}.`,
  });
}

export function alreadyFinished(run: RunRecord): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'run_finished',
    message: `Run ${run.id} has ${run.state} already.`,
    action: 'There is nothing to cancel.',
  });
}

/** A pipeline that declares a parameter `seed` gets the run's, unless it is given. */
function withSeed(spec: PipelineSpec, request: RunRequest): RunRequest['parameters'] {
  const declared = spec.root.inputDefinitions?.parameters?.seed;
  return declared?.parameterType === 'NUMBER_INTEGER' && !('seed' in request.parameters)
    ? { ...request.parameters, seed: request.seed }
    : request.parameters;
}

function invalidId(message: string, action: string): UserError {
  return new UserError({ kind: 'conflict', code: 'run_id_invalid', message: `${message}.`, action });
}

function notFound(message: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'run_unknown',
    message,
    action: 'See "visavox runs list" for what there is.',
  });
}
