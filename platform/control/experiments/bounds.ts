import type { ExperimentMetric, ExperimentPlan } from '@visavox/core/experiment';
import type { Reached } from './analysis.ts';

/** The e-values at which evidence decides; null where it decides nothing. */
export type Bounds = Readonly<Record<keyof Reached, number | null>>;

/** Against people being shared out as they should be: a test in which they are not says nothing at all. */
export const RATIO_BOUND = 1000;

export function boundsOf({ role }: ExperimentMetric, { alpha, metrics }: ExperimentPlan): Bounds {
  const guardrails = metrics.filter((metric) => metric.role === 'guardrail').length;
  if (role === 'guardrail')
    return { better: null, worse: (2 * guardrails) / alpha, withinMargin: null, beyondMargin: null };
  const bound = 1 / alpha;
  return {
    ...{ better: bound, withinMargin: bound, beyondMargin: bound },
    worse: guardrails === 0 ? bound : 2 * bound,
  };
}
