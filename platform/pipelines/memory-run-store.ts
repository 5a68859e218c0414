import type { Digest } from '@visavox/core/digest';
import type { RunStore } from '@visavox/core/ports';
import { isFinished, type RunRecord, type TaskRecord } from '@visavox/core/run';

/** Keeps runs in memory, for tests and for one-off local runs that nobody wants to remember. */
export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, RunRecord>();

  async save(run: RunRecord): Promise<void> {
    this.#runs.set(run.id, structuredClone(run));
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const run = this.#runs.get(id);
    return run && structuredClone(run);
  }

  async list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly RunRecord[]> {
    return [...this.#runs.values()]
      .filter((run) => !filter.unfinished || !isFinished(run.state))
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
      .slice(0, filter.limit)
      .map((run) => structuredClone(run));
  }

  async findCached(cacheKey: Digest): Promise<TaskRecord | undefined> {
    const found = [...this.#runs.values()]
      .flatMap((run) => run.tasks)
      .filter((task) => task.cacheKey === cacheKey && task.state === 'succeeded')
      .sort((a, b) => ((a.finishedAt ?? '') < (b.finishedAt ?? '') ? 1 : -1))[0];
    return found && structuredClone(found);
  }
}
