import type { RunRecord, TaskRecord } from '@visavox/core/run';

/** What a composition root adds to runs, whichever engine they are on. Each may be called again for the same run after a crash. */
export interface RunHooks {
  /** Before the first task, and again when a run is taken up: opens the tracked run, or finds it by `run.trackingRun`. */
  onRunStarted?(run: RunRecord): Promise<{
    readonly trackingRun: string | null;
    /** For all tasks of the run. */
    readonly environment: Readonly<Record<string, string>>;
  }>;
  onTaskFinished?(run: RunRecord, task: TaskRecord): Promise<void>;
  /** Before the run's last state is durable. */
  onRunFinished?(run: RunRecord): Promise<void>;
}
