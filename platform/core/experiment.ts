import { z } from 'zod';

/** `shadow`: both answer each request, the champion decides. `ab`: each key is served by one of them, for the whole experiment. */
export const ExperimentKind = z.enum(['shadow', 'ab']);
export type ExperimentKind = z.infer<typeof ExperimentKind>;

export const Arm = z.enum(['champion', 'challenger']);
export type Arm = z.infer<typeof Arm>;

/** What is counted: an error that an attempt either is or is not. Fewer are better. */
export const ExperimentMetric = z.object({
  name: z.string().min(1).max(100),
  /** The primary one decides; a guardrail ends the experiment where the challenger does harm. */
  role: z.enum(['primary', 'guardrail']),
});
export type ExperimentMetric = z.infer<typeof ExperimentMetric>;

export const ExperimentPlan = z.object({
  kind: ExperimentKind,
  metrics: z
    .array(ExperimentMetric)
    .min(1)
    .refine((all) => all.filter(({ role }) => role === 'primary').length === 1, 'expected one primary metric')
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two metrics share a name'),
  /** How often the challenger may be promoted where there is no difference; and, apart from that, how often it may be rejected. */
  alpha: z.number().gt(0).lt(0.5).default(0.05),
  /** The smallest difference of success rates that is worth having. */
  margin: z.number().gte(0).lt(1).default(0.02),
  /** How many attempts of a person say how the person fares. */
  window: z.number().int().min(1).max(100).default(3),
  /** Of an A/B test: shares of new people that the challenger serves, and how many people each step takes. */
  ramp: z
    .array(z.object({ share: z.number().gt(0).lt(1), people: z.number().int().positive() }))
    .min(1)
    .default([
      { share: 0.01, people: 20 },
      { share: 0.05, people: 20 },
      { share: 0.1, people: 20 },
      { share: 0.25, people: 20 },
      { share: 0.5, people: 1 },
    ]),
  /** Where it ends at the latest. */
  horizon: z
    .object({ people: z.number().int().positive(), days: z.number().positive() })
    .default({ people: 10_000, days: 28 }),
  /** Who stays where there is no difference worth having, or none was found by then. */
  otherwise: Arm.default('champion'),
});
export type ExperimentPlan = z.infer<typeof ExperimentPlan>;

/** The test that a candidate has to pass in an environment, after the gate. */
export const ProductionTestPlan = z.strictObject({
  ...ExperimentPlan.shape,
  /** With fewer requests a day, over the last week, the gate's verdict has to do. There is always a test unless this is given. */
  minimumRequestsPerDay: z.number().positive().optional(),
});
export type ProductionTestPlan = z.infer<typeof ProductionTestPlan>;

/**
 * `promote`: the challenger errs less. `reject`: it does harm. `no-difference`: none worth having. `undecided`: the horizon was
 * reached. `broken`: people are not shared out as they should be. `stopped`: by hand, or by what happened to its releases.
 */
export const ExperimentOutcome = z.enum([
  'promote',
  'reject',
  'no-difference',
  'undecided',
  'broken',
  'stopped',
]);
export type ExperimentOutcome = z.infer<typeof ExperimentOutcome>;

export const ExperimentDecision = z.object({
  outcome: ExperimentOutcome,
  reason: z.string(),
  at: z.string(),
});
export type ExperimentDecision = z.infer<typeof ExperimentDecision>;

/** Where a model is released, and so tested. */
export type ExperimentPlace = Pick<Experiment, 'model' | 'environment'>;

/** A shadow or A/B test of a challenger against the champion, by key. */
export const Experiment = z.object({
  id: z.string(),
  model: z.string(),
  environment: z.string(),
  /** Ids of releases. */
  champion: z.string(),
  challenger: z.string(),
  plan: ExperimentPlan,
  /** `deciding`: the decision stands, and is being carried out. */
  state: z.enum(['running', 'deciding', 'ended']),
  decision: ExperimentDecision.nullable(),
  /** Keys the hash by which people are assigned: nobody can choose an arm by choosing a name. */
  salt: z.string(),
  createdAt: z.string(),
});
export type Experiment = z.infer<typeof Experiment>;

/** Which arm serves a key, from its first exposure on. */
export interface Exposure {
  readonly key: string;
  readonly arm: Arm;
  /** Of new people that the challenger was to serve when this one came. */
  readonly share: number;
}

/** 1 where an attempt was an error in the sense of a metric, 0 where it was not. */
export const OutcomeValues = z.record(z.string().min(1).max(100), z.union([z.literal(0), z.literal(1)]));
export type OutcomeValues = z.infer<typeof OutcomeValues>;

/** What became of a request, by arm: in a shadow test of both, in an A/B test of the one that served it. */
export const ExperimentRecord = z.object({
  /** The request's own id: told twice it counts once. */
  request: z.string().min(1).max(200),
  key: z.string().min(1).max(200),
  at: z.iso.datetime(),
  champion: OutcomeValues.optional(),
  challenger: OutcomeValues.optional(),
});
export type ExperimentRecord = z.infer<typeof ExperimentRecord>;
