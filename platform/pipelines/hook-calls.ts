import { messageOf } from '@visavox/core/errors';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import type { RunHooks } from './run-hooks.ts';

const mostNotices = 100;

/** Calls a run's hooks and puts what they have to say on the run. One that fails does not fail the run, but it is said. */
export class HookCalls {
  readonly #run: RunRecord;
  readonly #hooks: RunHooks;
  readonly #log: (message: string) => void;

  constructor(run: RunRecord, hooks: RunHooks, log: (message: string) => void) {
    this.#run = run;
    this.#hooks = hooks;
    this.#log = log;
  }

  async taskFinished(task: TaskRecord): Promise<void> {
    await this.#call('onTaskFinished', () =>
      this.#hooks.onTaskFinished?.(structuredClone(this.#run), structuredClone(task)),
    );
  }

  /** Makes `finished` what the run is. */
  async runFinished(finished: RunRecord): Promise<void> {
    await this.#call('onRunFinished', () => this.#hooks.onRunFinished?.(structuredClone(finished)));
    const { notices } = this.#run;
    Object.assign(this.#run, finished, notices && { notices });
  }

  /** Each once, and no more than people read. */
  notice(notices: readonly string[] = []): void {
    if (notices.length === 0) return;
    const all = [...new Set([...(this.#run.notices ?? []), ...notices])];
    this.#run.notices =
      all.length <= mostNotices ? all : [...all.slice(0, mostNotices - 1), '… and more, in the log.'];
  }

  async #call(name: string, call: () => Promise<readonly string[] | undefined> | undefined): Promise<void> {
    try {
      this.notice(await call());
    } catch (error) {
      this.#log(`${name} of run ${this.#run.id} failed: ${messageOf(error)}`);
      this.notice([`It is not tracked in full: ${messageOf(error)}`]);
    }
  }
}
