import type { Comparison, GatePolicy } from './gate.ts';

export interface MetricRule {
  readonly better: 'lower' | 'higher';
  /** By how much it may be worse than the champion's; 0 unless given. */
  readonly tolerance?: number;
  /** What the candidate's own value has to be, also where no version serves yet. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * A gate for models that are judged by metrics which each training measures by itself:
 * `metricGate({ accuracy: { better: 'higher', tolerance: 0.01, atLeast: 0.9 } })`.
 */
export function metricGate(rules: Readonly<Record<string, MetricRule>>): GatePolicy {
  const criteria = Object.entries(rules).flatMap(([metric, rule]): GatePolicy['criteria'] => {
    const { better, tolerance = 0, atLeast, atMost } = rule;
    return [
      { metric, rule: 'not-worse', tolerance, better },
      ...(atLeast === undefined ? [] : [{ metric, rule: 'at-least' as const, tolerance: atLeast }]),
      ...(atMost === undefined ? [] : [{ metric, rule: 'at-most' as const, tolerance: atMost }]),
    ];
  });
  return { minimumUnits: 1, criteria };
}

/** What two trainings measured, each on its own. Nothing says how much of a difference is chance. */
export function compareMetrics(
  candidate: Readonly<Record<string, number>>,
  champion: Readonly<Record<string, number>>,
): Comparison {
  const metrics = Object.entries(candidate).map(([metric, value]) => {
    const before = champion[metric] ?? null;
    // Without the noise of binary fractions, so that a tolerance of 0.02 allows 0.98 to become 0.96.
    const difference = before === null ? null : Number((value - before).toPrecision(12));
    return { metric, champion: before, candidate: value, difference, low: null, high: null };
  });
  return { units: 1, unitName: 'training', metrics };
}
