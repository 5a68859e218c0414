import type { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunStore } from '@visavox/core/ports';
import type { RunPins, TaskRecord } from '@visavox/core/run';
import type { JobContext } from '../executor-input.ts';
import type { PipelineSpec } from '../ir.ts';
import type { ReadyTask } from '../plan.ts';
import type { Attempt } from './attempt.ts';
import type { CodeTrees } from './code-trees.ts';
import type { Launcher } from './launcher.ts';
import type { Slots } from './slots.ts';
import type { StepHost } from './step-host.ts';
import { workspaceFolder } from './workspace.ts';

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
  /** By task: the kept lock of its packages. */
  readonly locks: Readonly<Record<string, Digest>>;
  readonly folder: string;
  readonly objects: ObjectStore;
  readonly runs: RunStore;
  readonly slots: Slots;
  readonly steps: StepHost;
  readonly launcher: Launcher;
  readonly spec: PipelineSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly trees: CodeTrees;
  readonly inCode: (code: string) => CodeSurroundings;
  /** What identifies the code that a task runs; null where nothing does, and its result cannot be kept for others. */
  readonly codeKey: (ready: ReadyTask) => Promise<Digest | null>;
  readonly graceMs: number;
  readonly attemptsBefore: number;
  /** What an engine before this one left, by task. */
  readonly left: ReadonlyMap<string, Attempt>;
  /** What is known by now of a task of this run. */
  readonly recordOf: (task: string) => TaskRecord | undefined;
  /** Aborted when the run is to be canceled. */
  readonly canceled: AbortSignal;
  /** Aborted when this engine stops; tasks go on and are taken up by the next one. */
  readonly closed: AbortSignal;
  /** Whether an error says only that the database or the object store is away for now. */
  readonly isAway: (error: unknown) => boolean;
  /** Tells of a change that people would like to see: running, waiting for another try. */
  readonly changed: (record: TaskRecord) => void;
  /** Before the first attempt, and again for one that is taken up: more of the environment of its processes. */
  readonly started: (record: TaskRecord) => Promise<Readonly<Record<string, string>>>;
}

/** Never comes back once this engine has stopped: the task belongs to the next one. */
export async function stillOpen({ closed }: TaskResources): Promise<void> {
  if (closed.aborted) await new Promise(() => {});
}

/** What placeholders of the run and the task stand for. */
export function jobContext(
  { name }: ReadyTask,
  { runId, pipeline, createdAt, folder }: TaskResources,
): JobContext {
  const workspace = workspaceFolder(folder);
  return { taskName: name, runId, runName: pipeline, createdAt, root: folder, workspace };
}
