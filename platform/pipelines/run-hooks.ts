import type { RunRecord, TaskRecord } from '@visavox/core/run';

/** What a run or a task is tracked with. */
export interface TrackedStart {
  /** Its id in the tracking server, where it has one. */
  readonly trackingRun: string | null;
  /** For the processes of the run's tasks, or of this task. */
  readonly environment: Readonly<Record<string, string>>;
  /** What people should know about it, in words; shown on the run. */
  readonly notices?: readonly string[];
}

type Notices = readonly string[] | undefined;

/** What a composition root adds to runs, whichever engine they are on. Each may be called again for the same run after a crash. */
export interface RunHooks {
  /** Before the first task, and again when a run is taken up: opens the tracked run, or finds it again. */
  onRunStarted?(run: RunRecord): Promise<TrackedStart>;
  /**
   * Before a task's first attempt, and again when an attempt is taken up; not for a task from the cache. An engine that
   * starts no processes itself, such as Kubeflow's, does not call it.
   */
  onTaskStarted?(run: RunRecord, task: TaskRecord): Promise<TrackedStart>;
  onTaskFinished?(run: RunRecord, task: TaskRecord): Promise<Notices>;
  /** Before the run's last state is durable. */
  onRunFinished?(run: RunRecord): Promise<Notices>;
}
