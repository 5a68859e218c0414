import { z } from 'zod';
import { CodeOrigin } from './code.ts';
import { Digest } from './digest.ts';

/** The states of Kubeflow's v2beta1 API, in lower case; `skipped` is a task whose outputs came from the cache elsewhere. */
export const RunState = z.enum(['pending', 'running', 'canceling', 'succeeded', 'failed', 'canceled']);
export type RunState = z.infer<typeof RunState>;

export const TaskState = z.enum(['pending', 'running', 'succeeded', 'failed', 'canceled', 'skipped']);
export type TaskState = z.infer<typeof TaskState>;

export function isFinished(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

export const Parameter = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);
export type Parameter = z.infer<typeof Parameter>;

/** All that decides what a run produces. Two runs with equal pins on equal machines give equal artifacts. */
export const RunPins = z.object({
  pipeline: Digest,
  code: Digest,
  environment: Digest,
  datasets: z.array(Digest),
  parameters: z.record(z.string(), Parameter),
  seed: z.number().int(),
});
export type RunPins = z.infer<typeof RunPins>;

/** An artifact's bytes are the blob of this digest (a folder is stored as a manifest blob, media type `application/vnd.visavox.folder+json`). */
export const ArtifactRecord = z.object({
  name: z.string(),
  digest: Digest,
  bytes: z.number().int().nonnegative(),
  type: z.string(),
  metadata: z.record(z.string(), z.unknown()),
});
export type ArtifactRecord = z.infer<typeof ArtifactRecord>;

/** The type of artifacts that can be registered, as Kubeflow Pipelines names it. */
export const modelType = 'system.Model';

export const Bindings = z.object({
  parameters: z.record(z.string(), Parameter),
  artifacts: z.record(z.string(), z.array(ArtifactRecord)),
});
export type Bindings = z.infer<typeof Bindings>;

/** The packages that a task's component declared, as they were resolved. */
export const TaskEnvironment = z.object({
  digest: Digest,
  /** `numpy==2.1.0`, … */
  packages: z.array(z.string()),
  /** The blob of what was installed to the last hash, from which it is made again; absent where the run's code has it. */
  lock: Digest.optional(),
});
export type TaskEnvironment = z.infer<typeof TaskEnvironment>;

export const TaskRecord = z.object({
  /** Path in the graph: `train-face`, or `embed/2/shard` inside the third iteration of a loop. */
  name: z.string(),
  state: TaskState,
  attempts: z.number().int().nonnegative(),
  cached: z.boolean(),
  cacheKey: Digest.nullable(),
  command: z.array(z.string()),
  /** Absent where the task ran in the environment of its installation, which the run's pins name. */
  environment: TaskEnvironment.optional(),
  inputs: Bindings,
  outputs: Bindings,
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Why it failed or waits, and what to do, for people. */
  reason: z.string().nullable(),
  /** CPU seconds of the process and its children, where the engine can tell. */
  cpuSeconds: z.number().nullable(),
  /** The task's id in the tracking server, once it has one; a cached task has that of the task it was taken from. */
  trackingRun: z.string().optional(),
});
export type TaskRecord = z.infer<typeof TaskRecord>;

export const RunRecord = z.object({
  id: z.string(),
  pipeline: z.string(),
  state: RunState,
  reason: z.string().nullable(),
  /** What asked for it: `manual`, or the trigger's own words. */
  trigger: z.string(),
  /** Who asked for it by hand. */
  by: z.string().optional(),
  /** The name of the engine that it is on. */
  engine: z.string(),
  pins: RunPins,
  /** Where its code was taken from; not in records of runs before code was kept. */
  origin: CodeOrigin.optional(),
  /** The run's id in the tracking server, once it has one. */
  trackingRun: z.string().nullable(),
  /** What people should know although nothing failed, such as a metric that could not be tracked under its name. */
  notices: z.array(z.string()).optional(),
  /** What people call it; not unique. */
  name: z.string().optional(),
  note: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  /** The id of the sweep that it is a trial of. */
  sweep: z.string().optional(),
  /** Of what was asked for, where it was asked for with an Idempotency-Key. */
  requestDigest: Digest.optional(),
  tasks: z.array(TaskRecord),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** How an output of a run is named. */
export const taskOutput = { pattern: /^.+\/[^/]+$/, expected: 'expected TASK/OUTPUT' } as const;
