import { z } from 'zod';

/**
 * One metric of candidate and champion on the same unseen data. `low` and `high` bound the difference
 * candidate - champion (a paired interval; null where the data is too small for one).
 */
export const MetricComparison = z.object({
  metric: z.string(),
  champion: z.number().nullable(),
  candidate: z.number().nullable(),
  difference: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Of a share that has a limit of its own: how many trials the candidate's is of, and what they leave open (95 %). */
  trials: z.number().int().positive().optional(),
  interval: z.tuple([z.number(), z.number()]).optional(),
});
export type MetricComparison = z.infer<typeof MetricComparison>;

/** What an evaluation hands to the gate. `units` is how many independent units (people, machines) stand behind it. */
export const Comparison = z.object({
  units: z.number().int().nonnegative(),
  unitName: z.string(),
  /** So many of them the evaluation itself asks for, where that may be more than the gate does. */
  minimumUnits: z.number().int().positive().optional(),
  metrics: z.array(MetricComparison),
  /** The same on parts of the data: what is better on the whole may be worse there. */
  slices: z
    .array(
      z.object({
        slice: z.string(),
        units: z.number().int().nonnegative(),
        metrics: z.array(MetricComparison),
      }),
    )
    .optional(),
});
export type Comparison = z.infer<typeof Comparison>;

/**
 * `improve`: the candidate must be better, by `leastGain` at least, and its interval must not reach past `tolerance` on the wrong side.
 * `not-worse`: the candidate may be worse by `tolerance` at most, unless the interval says that it is chance.
 * `not-surely-worse`: for parts that are small: worse by more than `tolerance` only where the interval says it is no chance.
 * `at-most`, `at-least`: a limit (`tolerance`) for the candidate's own value, whatever the champion's is.
 */
export const Criterion = z.object({
  metric: z.string(),
  rule: z.enum(['improve', 'not-worse', 'not-surely-worse', 'at-most', 'at-least']),
  tolerance: z.number().nonnegative(),
  /** Errors and costs are better when they are lower, which is what is meant unless it says otherwise. */
  better: z.enum(['lower', 'higher']).optional(),
  /** With `improve`: a metric of a part that may be better instead, where the whole has next to no errors left. */
  orElse: z.array(z.string()).optional(),
  /**
   * With `improve`: the smallest gain worth having, as a share of the champion's value. A gate that is asked often lets through what is
   * better by chance; what is better by next to nothing is not worth that.
   */
  leastGain: z.number().min(0).lt(1).optional(),
});
export type Criterion = z.infer<typeof Criterion>;

export const GatePolicy = z.object({
  minimumUnits: z.number().int().positive(),
  criteria: z.array(Criterion).min(1),
  /** What holds in every slice that has enough units; a criterion applies where the slice has its metric. */
  slices: z
    .object({ minimumUnits: z.number().int().positive(), criteria: z.array(Criterion).min(1) })
    .optional(),
});
export type GatePolicy = z.infer<typeof GatePolicy>;

export interface Verdict {
  readonly pass: boolean;
  /** One sentence a criterion, those that speak against first. */
  readonly reasons: readonly string[];
}

/**
 * `first`: no version serves yet, so only limits of its own (`at-most`, `at-least`) can speak against this one.
 */
export function judge(
  comparison: Comparison,
  policy: GatePolicy,
  { first = false }: { first?: boolean } = {},
): Verdict {
  const needed = Math.max(policy.minimumUnits, comparison.minimumUnits ?? 0);
  if (comparison.units < needed) {
    return {
      pass: false,
      reasons: [
        `only ${comparison.units} ${comparison.unitName} to compare on, ${needed} are needed${first ? '' : ': the champion stays'}`,
      ],
    };
  }
  if (first) return judgeAlone(comparison, policy);
  const results = [
    ...policy.criteria.map((criterion) => judgeEither(criterion, comparison.metrics)),
    ...judgeSlices(comparison, policy),
  ];
  return verdictOf(results);
}

function judgeAlone(comparison: Comparison, policy: GatePolicy): Verdict {
  const limits = policy.criteria.filter(isLimit);
  const { pass, reasons } = verdictOf(limits.map((limit) => judgeOne(limit, comparison.metrics)));
  return { pass, reasons: ['the first version: there is none to compare with', ...reasons] };
}

function isLimit({ rule }: Criterion): boolean {
  return rule === 'at-most' || rule === 'at-least';
}

function verdictOf(results: readonly Judgement[]): Verdict {
  return {
    pass: results.every((result) => result.pass),
    reasons: [...results].sort((a, b) => Number(a.pass) - Number(b.pass)).map((result) => result.reason),
  };
}

interface Judgement {
  readonly pass: boolean;
  readonly reason: string;
}

/** Only what speaks against it, and how many slices were looked at. */
function judgeSlices({ slices = [] }: Comparison, policy: GatePolicy): Judgement[] {
  const rules = policy.slices;
  if (!rules) return [];
  const large = slices.filter((slice) => slice.units >= rules.minimumUnits);
  const against = large.flatMap(({ slice, units, metrics }) =>
    rules.criteria
      .filter(({ metric }) => metrics.some((one) => one.metric === metric && one.difference !== null))
      .map((criterion) => judgeOne(criterion, metrics))
      .filter(({ pass }) => !pass)
      .map(({ reason }) => ({ pass: false, reason: `${slice} (${units}): ${reason}` })),
  );
  if (against.length > 0 || large.length === 0) return against;
  return [{ pass: true, reason: `not worse in any of ${large.length} slices` }];
}

function judgeEither(criterion: Criterion, metrics: readonly MetricComparison[]): Judgement {
  const first = judgeOne(criterion, metrics);
  const others = (criterion.orElse ?? []).map((metric) => judgeOne({ ...criterion, metric }, metrics));
  return first.pass ? first : (others.find(({ pass }) => pass) ?? first);
}

function judgeOne(criterion: Criterion, metrics: readonly MetricComparison[]): Judgement {
  const found = metrics.find((metric) => metric.metric === criterion.metric);
  if (criterion.rule === 'at-most' || criterion.rule === 'at-least') return judgeLimit(criterion, found);
  if (!found || found.difference === null) {
    return { pass: false, reason: `${criterion.metric} could not be measured` };
  }
  const figures = `${criterion.metric} ${format(found.champion)} -> ${format(found.candidate)}${interval(found)}`;
  const { difference, low, high } = asCost(found, criterion.better);
  switch (criterion.rule) {
    case 'improve': {
      const better = difference < 0;
      const certain = high === null || high <= criterion.tolerance;
      const least = (criterion.leastGain ?? 0) * Math.abs(found.champion ?? 0);
      if (better && certain && -difference >= least) return { pass: true, reason: `${figures}: better` };
      if (better && certain)
        return {
          pass: false,
          reason: `${figures}: better, but by less than is worth having (${format(least)})`,
        };
      return {
        pass: false,
        reason: better ? `${figures}: better, but by less than chance may give` : `${figures}: not better`,
      };
    }
    case 'not-worse': {
      const within = difference <= criterion.tolerance;
      const chance = low !== null && low <= 0 && difference <= 2 * criterion.tolerance;
      if (within || chance) return { pass: true, reason: `${figures}: not worse` };
      return { pass: false, reason: `${figures}: worse by more than ${format(criterion.tolerance)}` };
    }
    case 'not-surely-worse': {
      const surely = difference > criterion.tolerance && low !== null && low > 0;
      return { pass: !surely, reason: `${figures}: ${surely ? 'surely worse' : 'not surely worse'}` };
    }
  }
}

/** The same difference where lower is better. */
function asCost(
  { difference, low, high }: MetricComparison,
  better: Criterion['better'],
): { difference: number; low: number | null; high: number | null } {
  const cost = { difference: difference ?? 0, low, high };
  if (better !== 'higher') return cost;
  return {
    difference: -cost.difference,
    low: high === null ? null : -high,
    high: low === null ? null : -low,
  };
}

/** Few trials carry no claim that the limit is kept; they can still show that it is not. */
function judgeLimit({ metric, rule, tolerance }: Criterion, found: MetricComparison | undefined): Judgement {
  const share = found?.candidate ?? null;
  if (share === null) return { pass: false, reason: `${metric} could not be measured` };
  const figures = `${metric} ${format(share)}${found?.trials ? ` of ${found.trials}` : ''}`;
  if (rule === 'at-least') {
    const pass = share >= tolerance;
    return { pass, reason: `${figures}: ${pass ? 'at least' : 'below'} ${format(tolerance)}` };
  }
  if (share > tolerance) return { pass: false, reason: `${figures}: above ${format(tolerance)}` };
  const most = found?.interval?.[1] ?? null;
  return {
    pass: true,
    reason:
      most !== null && most > tolerance
        ? `${figures}: within ${format(tolerance)}, though so few leave up to ${format(most)} open`
        : `${figures}: within ${format(tolerance)}`,
  };
}

function interval(metric: MetricComparison): string {
  if (metric.low === null || metric.high === null) return '';
  return ` (difference ${format(metric.low)} to ${format(metric.high)})`;
}

function format(value: number | null): string {
  return value === null ? 'unknown' : String(Number(value.toPrecision(3)));
}
