import { type Arm, ExperimentPlan } from '@visavox/core/experiment';
import type { JournalEntry } from '@visavox/core/ports';
import { describe, expect, it } from 'vitest';
import { type Analysis, ExperimentAnalysis, type MetricAnalysis } from './analysis.ts';
import { boundsOf, RATIO_BOUND } from './bounds.ts';
import { decide } from './decision.ts';

const planned = (given: object) =>
  ExperimentPlan.parse({ metrics: [{ name: 'refusals', role: 'primary' }], ...given });
const shadow = planned({ kind: 'shadow' });
const at = '2026-01-05T12:00:00Z';

/** Somebody new a line: who errs, `champion`, `challenger` or nobody. */
function journal(errs: readonly (Arm | undefined)[]): JournalEntry[] {
  return errs.flatMap((arm, index) => [
    { position: 2 * index + 1, exposure: { key: `${index}`, arm: 'champion', share: 0 } },
    {
      position: 2 * index + 2,
      record: {
        ...{ request: `q${index}`, key: `${index}`, at },
        champion: { refusals: arm === 'champion' ? 1 : 0 },
        challenger: { refusals: arm === 'challenger' ? 1 : 0 },
      },
    },
  ]);
}
function analysed(plan: ExperimentPlan, entries: readonly JournalEntry[]): Analysis {
  const analysis = new ExperimentAnalysis(plan);
  for (const entry of entries) analysis.add(entry);
  return analysis.result();
}

describe('the path of an experiment', () => {
  it('shows the evidence after each outcome: it falls where somebody speaks against it', () => {
    const { metrics } = analysed(shadow, journal(['champion', undefined, 'champion', 'challenger']));
    const { path = [], reached } = metrics[0] ?? {};
    expect(path.map(({ outcomes, people }) => `${outcomes} by ${people}`)).toEqual([
      ...['1 by 1', '2 by 2', '3 by 3', '4 by 4'],
    ]);
    const better = path.map((point) => point.better);
    expect(better[1]).toBe(better[0]);
    expect(better[2]).toBeGreaterThan(better[1] ?? 0);
    expect(better[3]).toBeLessThan(better[2] ?? 0);
    expect(better[2]).toBe(reached?.better);
  });

  it('is short however long the experiment, and never lower than what was decided by', () => {
    const { metrics } = analysed(
      shadow,
      journal(Array.from({ length: 3000 }, (_, index) => (index % 40 < 21 ? 'champion' : 'challenger'))),
    );
    const { path = [], reached } = metrics[0] ?? {};
    expect(path.length).toBeLessThanOrEqual(200);
    expect(path.at(-1)?.outcomes).toBe(3000);
    expect(Math.max(...path.map(({ better }) => better))).toBe(reached?.better);
  });

  it('has how people were shared out beside how they should have been', () => {
    const exposures = Array.from(
      { length: 8 },
      (_, index): JournalEntry => ({
        ...{ position: index + 1 },
        exposure: { key: `${index}`, arm: index % 4 === 3 ? 'challenger' : 'champion', share: 0.25 },
      }),
    );
    const { sharing, metrics } = analysed(planned({ kind: 'ab' }), exposures);
    expect(sharing.at(-1)).toMatchObject({ people: 8, challenger: 2, expected: 2 });
    expect(metrics[0]?.path, 'nothing was told yet').toEqual([]);
  });
});

describe('the bounds that are shown', () => {
  const metrics = [
    { name: 'refusals', role: 'primary' },
    { name: 'timeouts', role: 'guardrail' },
    { name: 'crashes', role: 'guardrail' },
  ] as const;
  const none = { better: 0, worse: 0, withinMargin: 0, beyondMargin: 0 };
  /** What is decided at the horizon, so that everything that may decide does. */
  const outcomeOf = (plan: ExperimentPlan, change: (analysis: Analysis) => Partial<Analysis>) => {
    const analysis: Analysis = {
      ...{ arms: [], ratio: 0, sharing: [] },
      metrics: plan.metrics.map(
        (metric): MetricAnalysis => ({ ...metric, reached: none, path: [], difference: [-1, 1] }),
      ),
    };
    const time = { people: plan.horizon.people, days: 0 };
    return decide({ ...analysis, ...change(analysis) }, plan, time)?.outcome;
  };
  const plans = [planned({ kind: 'shadow' }), planned({ kind: 'ab', metrics, alpha: 0.01 })];

  it.each(plans.flatMap((plan) => plan.metrics.map((metric) => ({ plan, metric }))))(
    'are those that a $metric.role metric of the plan is decided by',
    ({ plan, metric }) => {
      for (const [side, bound] of Object.entries(boundsOf(metric, plan))) {
        const reaching = (e: number) =>
          outcomeOf(plan, (analysis) => ({
            metrics: analysis.metrics.map((one) =>
              one.name === metric.name ? { ...one, reached: { ...none, [side]: Math.log(e) } } : one,
            ),
          }));
        expect(reaching((bound ?? 1e9) * 0.999), side).toBe('undecided');
        if (bound !== null) expect(reaching(bound * 1.001), side).not.toBe('undecided');
      }
    },
  );

  it('are those by which a test is broken', () => {
    for (const plan of plans) {
      expect(outcomeOf(plan, () => ({ ratio: Math.log(RATIO_BOUND * 0.999) }))).toBe('undecided');
      expect(outcomeOf(plan, () => ({ ratio: Math.log(RATIO_BOUND * 1.001) }))).toBe('broken');
    }
  });
});
