import type { MetricPoint } from './ports.ts';

/** How a metric went while a task ran: by step or, where it was logged without steps, by time. */
export interface Curve {
  readonly points: readonly MetricPoint[];
  /** How many points there were before the curve was thinned. */
  readonly logged: number;
}

export interface CurveOptions {
  /**
   * The task's own output values. They are tracked under their names at step 0 when the task has ended, which is a result and
   * not a point of the curve that the task may have logged under the same name.
   */
  readonly results: ReadonlySet<number>;
  readonly mostPoints?: number;
}

/** Per bucket: the first, the last, the smallest, the largest, and the first that is not finite. */
const keptPerBucket = 5;

/** The history of a metric as a curve. A step that a later attempt logged again has its later value. */
export function curveOf(history: readonly MetricPoint[], { results, mostPoints = 500 }: CurveOptions): Curve {
  const points = bySteps(withoutResult(history, results));
  return { points: thinned(points, mostPoints), logged: points.length };
}

function withoutResult(
  history: readonly MetricPoint[],
  results: ReadonlySet<number>,
): readonly MetricPoint[] {
  const newest = history.reduce<MetricPoint | undefined>(
    (latest, point) => (latest && latest.time > point.time ? latest : point),
    undefined,
  );
  if (newest?.step !== 0 || !results.has(newest.value)) return history;
  return history.filter((point) => point !== newest);
}

function bySteps(history: readonly MetricPoint[]): readonly MetricPoint[] {
  const inTime = history.toSorted((a, b) => a.time.getTime() - b.time.getTime());
  const last = new Map(inTime.map((point) => [point.step, point]));
  return last.size > 1 ? [...last.values()].toSorted((a, b) => a.step - b.step) : inTime;
}

/** At most `most` of the points, in such a way that what stands out stays: ends, peaks, valleys, and where it diverged. */
export function thinned(points: readonly MetricPoint[], most: number): readonly MetricPoint[] {
  if (points.length <= most) return points;
  const buckets = Math.floor(most / keptPerBucket);
  return Array.from({ length: buckets }, (_, bucket) =>
    standingOut(
      points.slice(
        Math.floor((bucket * points.length) / buckets),
        Math.floor(((bucket + 1) * points.length) / buckets),
      ),
    ),
  ).flat();
}

function standingOut(bucket: readonly MetricPoint[]): readonly MetricPoint[] {
  const kept = new Set([0, bucket.length - 1]);
  let [smallest, largest, diverged] = [-1, -1, -1];
  for (const [index, { value }] of bucket.entries()) {
    if (!Number.isFinite(value)) {
      if (diverged < 0) diverged = index;
      continue;
    }
    if (smallest < 0 || value < (bucket[smallest]?.value ?? 0)) smallest = index;
    if (largest < 0 || value > (bucket[largest]?.value ?? 0)) largest = index;
  }
  for (const index of [smallest, largest, diverged]) if (index >= 0) kept.add(index);
  return bucket.filter((_, index) => kept.has(index));
}
