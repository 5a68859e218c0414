import type { SweepPlan } from './sweep.ts';

/** The values of a trial's curve, by step. */
export type Curve = readonly { readonly step: number; readonly value: number }[];

/**
 * Whether a curve has fallen behind: its best value so far is worse than the median of what the others had reached at that
 * step (the median stopping rule). With fewer than three others that came as far, never.
 */
export function hasFallenBehind(
  curve: Curve,
  others: readonly Curve[],
  { goal, afterSteps }: { readonly goal: SweepPlan['goal']; readonly afterSteps: number },
): boolean {
  const sign = goal === 'maximize' ? 1 : -1;
  const bestUntil = (points: Curve, last: number) =>
    highest(
      points
        .filter(({ step, value }) => step <= last && Number.isFinite(value))
        .map(({ value }) => sign * value),
    );
  const now = highest(curve.map(({ step }) => step));
  if (!Number.isFinite(now) || now < afterSteps) return false;
  const reached = others
    .filter((other) => other.some(({ step }) => step >= now))
    .map((other) => bestUntil(other, now))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  if (reached.length < 3) return false;
  const middle = (reached.length - 1) / 2;
  const median = ((reached[Math.floor(middle)] ?? 0) + (reached[Math.ceil(middle)] ?? 0)) / 2;
  return bestUntil(curve, now) < median;
}

/** A curve may have more values than a call may have arguments. */
function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
