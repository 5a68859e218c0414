import type { ExperimentOutcome, ExperimentPlan } from '@visavox/core/experiment';
import type { Analysis, MetricAnalysis, Reached } from './analysis.ts';
import { boundsOf, RATIO_BOUND } from './bounds.ts';
import type { LogEvidence } from './statistics/evidence.ts';

export interface Verdict {
  readonly outcome: Exclude<ExperimentOutcome, 'stopped'>;
  readonly reason: string;
}

/**
 * What an experiment comes to, or nothing yet. Harm ends it first, whatever else it says: guardrails share half of alpha and the
 * primary metric's harm has the other half, so that any of them misleads as seldom as one would. At the horizon every test ends.
 */
export function decide(
  { metrics, ratio }: Analysis,
  plan: ExperimentPlan,
  { people, days }: { readonly people: number; readonly days: number },
): Verdict | undefined {
  if (ratio >= Math.log(RATIO_BOUND)) {
    const reason = `people are not shared out as they should be (${levelOf(ratio)}): what was measured says nothing`;
    return { outcome: 'broken', reason };
  }
  const isSure = (metric: MetricAnalysis, of: keyof Reached) =>
    metric.reached[of] >= Math.log(boundsOf(metric, plan)[of] ?? Number.POSITIVE_INFINITY);
  const harm = metrics.find((metric) => isSure(metric, 'worse'));
  if (harm)
    return {
      outcome: 'reject',
      reason: `more ${harm.name} with the challenger (${levelOf(harm.reached.worse)})`,
    };
  const primary = metrics.find(({ role }) => role === 'primary');
  if (!primary) return undefined;
  const { reached } = primary;
  if (isSure(primary, 'better'))
    return {
      outcome: 'promote',
      reason: `fewer ${primary.name} with the challenger (${levelOf(reached.better)})`,
    };
  if (isSure(primary, 'beyondMargin')) {
    const reason = `the challenger is worse in ${primary.name} by more than ${plan.margin} (${levelOf(reached.beyondMargin)})`;
    return { outcome: 'reject', reason };
  }
  // An A/B test certifies that nothing is lost as soon as it can; a shadow test may still find a gain.
  const isOver = people >= plan.horizon.people || days >= plan.horizon.days;
  if (isSure(primary, 'withinMargin') && (plan.kind === 'ab' || isOver)) {
    const reason = `no difference in ${primary.name} worth having: the challenger is not worse by ${plan.margin} (${levelOf(reached.withinMargin)})`;
    return { outcome: 'no-difference', reason };
  }
  if (!isOver) return undefined;
  const [low, high] = primary.difference.map((bound) => bound.toFixed(3));
  const reason = `the horizon was reached after ${people} people: the difference in ${primary.name} is between ${low} and ${high}`;
  return { outcome: 'undecided', reason };
}

/** As a p-value that holds at any time. */
function levelOf(evidence: LogEvidence): string {
  return `p = ${Math.exp(-evidence).toPrecision(2)}`;
}
