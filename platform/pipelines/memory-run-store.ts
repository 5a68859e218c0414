import type { Digest } from '@visavox/core/digest';
import type { RunStore } from '@visavox/core/ports';
import { isFinished, type RunRecord, type TaskRecord } from '@visavox/core/run';
import {
  annotated,
  annotationsOf,
  pageOf,
  type RunAnnotationChanges,
  type RunAnnotations,
  type RunPage,
  type RunQuery,
  summaryOf,
} from '@visavox/core/run-summary';

/** Keeps runs in memory, for tests and for one-off local runs that nobody wants to remember. */
export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, RunRecord>();

  async save(run: RunRecord): Promise<void> {
    const before = this.#runs.get(run.id);
    this.#runs.set(run.id, structuredClone(before ? withAnnotations(run, before) : run));
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

  async page(query: RunQuery): Promise<RunPage> {
    return pageOf((await this.list({})).map(summaryOf), query);
  }

  async annotate(id: string, changes: RunAnnotationChanges): Promise<boolean> {
    const run = this.#runs.get(id);
    if (run) this.#runs.set(id, withAnnotations(run, annotated(run, changes)));
    return run !== undefined;
  }

  async named(text: string, limit: number): Promise<readonly string[]> {
    const found = (await this.list({})).filter(({ id, name }) => id.startsWith(text) || name === text);
    const [exact, others] = [found.filter(({ id }) => id === text), found.filter(({ id }) => id !== text)];
    return [...exact, ...others].slice(0, limit).map(({ id }) => id);
  }

  async findCached(cacheKey: Digest): Promise<TaskRecord | undefined> {
    const found = [...this.#runs.values()]
      .flatMap((run) => run.tasks)
      .filter((task) => task.cacheKey === cacheKey && task.state === 'succeeded')
      .sort((a, b) => ((a.finishedAt ?? '') < (b.finishedAt ?? '') ? 1 : -1))[0];
    return found && structuredClone(found);
  }
}

function withAnnotations({ name, note, tags, ...run }: RunRecord, annotations: RunAnnotations): RunRecord {
  return { ...run, ...annotationsOf(annotations) };
}
