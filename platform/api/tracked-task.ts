import { type Curve, curveOf } from '@visavox/core/curves';
import type { TrackedCurves, TrackedMetric } from '@visavox/core/ports';

const freshForMs = 1000;
const isOfSystem = (key: string) => key.startsWith('system/');

interface Known {
  /** What the history ended with when it was read. */
  readonly newest: string;
  readonly curve: Curve;
}

export interface TrackedTaskOptions {
  /** The tracked run. */
  readonly run: string;
  readonly ended: boolean;
  /** The values that the task put out. */
  readonly results: ReadonlySet<number>;
}

/** What is known of the curves of one task. Of a task that has ended each history is read once. */
export class TrackedTask {
  readonly #tracked: TrackedCurves;
  readonly #options: TrackedTaskOptions;
  readonly #known = new Map<string, Known>();
  /** Once nothing is added any more. */
  #final: readonly TrackedMetric[] | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(tracked: TrackedCurves, options: TrackedTaskOptions) {
    this.#tracked = tracked;
    this.#options = options;
  }

  curves(system: boolean): ReadonlyMap<string, Curve> {
    const shown = [...this.#known].filter(([key]) => system || !isOfSystem(key));
    return new Map(shown.map(([key, { curve }]) => [key, curve]));
  }

  /** Reads what is new. Several who ask at once have it read once. */
  async refresh(wish: { system: boolean; attempts: number }): Promise<void> {
    if (this.#reading) await this.#reading;
    if (!this.#isDue(wish.system)) return;
    this.#reading = this.#read(wish).finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  #isDue(system: boolean): boolean {
    if (this.#final) return this.#wanted(this.#final, system).some(({ key }) => !this.#known.has(key));
    return performance.now() - this.#readAt >= freshForMs;
  }

  #wanted(metrics: readonly TrackedMetric[], system: boolean): readonly TrackedMetric[] {
    return metrics.filter(({ key }) => system || !isOfSystem(key));
  }

  async #read({ system, attempts }: { system: boolean; attempts: number }): Promise<void> {
    const { run, ended, results } = this.#options;
    const state = this.#final ? { ended: true, metrics: this.#final } : await this.#tracked.latest(run);
    const metrics = state?.metrics ?? [];
    const newestOfAll = metrics.reduce((newest, { time }) => Math.max(newest, time.getTime()), 0);
    for (const metric of this.#wanted(metrics, system)) {
      const newest = JSON.stringify([metric.step, metric.time, String(metric.value)]);
      const known = this.#known.get(metric.key);
      // A later attempt begins with smaller steps, which do not become the newest.
      if (known && (this.#final || (attempts <= 1 && known.newest === newest))) continue;
      const history = await this.#tracked.history(run, metric.key);
      // One metric is read after the other: what is logged meanwhile waits, so that a step is there with all its metrics.
      const isWhole = ended || attempts > 1;
      const read = isWhole ? history : history.filter(({ time }) => time.getTime() <= newestOfAll);
      this.#known.set(metric.key, { newest, curve: curveOf(read, { results }) });
    }
    if (ended && (state?.ended ?? true)) this.#final = metrics;
    this.#readAt = performance.now();
  }
}
