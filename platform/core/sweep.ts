import { z } from 'zod';
import { CodeReference } from './code.ts';
import { Digest } from './digest.ts';
import { UserError } from './errors.ts';
import { Parameter, type RunState } from './run.ts';
import { Dimension, dimensionFault, gridSize, mostPoints } from './search-space.ts';

export const Sampler = z.enum(['grid', 'random', 'bayesian']);
export type Sampler = z.infer<typeof Sampler>;

export const SweepPlan = z.object({
  /** By the pipeline's parameter. */
  space: z.record(z.string(), Dimension),
  sampler: Sampler,
  trials: z.number().int().min(1).max(mostPoints),
  /** How many trials run at once. */
  parallel: z.number().int().min(1).max(1000),
  /** A metric of the pipeline's run, as its list shows it. */
  metric: z.string().min(1).max(300),
  goal: z.enum(['maximize', 'minimize']),
  seed: z.number().int(),
  /** Cancels a trial whose curve of this metric has fallen behind the median of those that came as far. */
  stopEarly: z
    .object({ metric: z.string().min(1).max(300), afterSteps: z.number().int().nonnegative() })
    .optional(),
});
export type SweepPlan = z.infer<typeof SweepPlan>;

export const SweepState = z.enum(['running', 'canceling', 'succeeded', 'failed', 'canceled']);
export type SweepState = z.infer<typeof SweepState>;

export const Trial = z.object({
  number: z.number().int().positive(),
  run: z.string(),
  parameters: z.record(z.string(), Parameter),
  /** Early, because it had fallen behind. */
  stopped: z.boolean().optional(),
});
export type Trial = z.infer<typeof Trial>;

/** A search for the parameters of a pipeline: each trial is a run. */
export const Sweep = z.object({
  id: z.string(),
  name: z.string().optional(),
  pipeline: z.string(),
  state: SweepState,
  reason: z.string().nullable(),
  plan: SweepPlan,
  /** What every trial has. */
  run: z.object({
    /** The blob of the compiled pipeline. */
    pipeline: Digest,
    parameters: z.record(z.string(), Parameter),
    datasets: z.array(Digest),
    seed: z.number().int(),
    useCache: z.boolean(),
    code: CodeReference.optional(),
    engine: z.string().optional(),
    /** Who asked for it by hand. */
    by: z.string().optional(),
  }),
  /** Each was written down before its run was submitted. */
  trials: z.array(Trial),
  /** How many trials there were when it was resumed last: their failures end it no more. */
  forgiven: z.number().int().default(0),
  /** Of what was asked for, where it was asked for with an Idempotency-Key. */
  requestDigest: Digest.optional(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});
export type Sweep = z.infer<typeof Sweep>;

/** What came of a trial: `value` is that of the sweep's metric, null until there is one. */
export interface Outcome extends Trial {
  readonly state: RunState;
  readonly value: number | null;
  readonly reason: string | null;
}

/** The best of them; undefined while none has a value. */
export function bestOf(outcomes: readonly Outcome[], goal: SweepPlan['goal']): Outcome | undefined {
  const sign = goal === 'maximize' ? 1 : -1;
  return outcomes
    .filter(({ value }) => value !== null)
    .toSorted((a, b) => sign * ((b.value ?? 0) - (a.value ?? 0)) || a.number - b.number)[0];
}

/** Throws a UserError `sweep_invalid` where a plan contradicts itself. */
export function checkPlan({ space, sampler }: Pick<SweepPlan, 'space' | 'sampler'>): void {
  const entries = Object.entries(space);
  if (entries.length === 0)
    throw sweepInvalid('no parameter is to be varied', 'Give a space: rate=0.01..0.1');
  for (const [name, dimension] of entries) {
    const fault = dimensionFault(dimension, { onGrid: sampler === 'grid' });
    if (fault) throw sweepInvalid(`the space of ${name} ${fault}`);
  }
  if (sampler !== 'grid') return;
  const points = gridSize(space);
  if (points > mostPoints)
    throw sweepInvalid(
      `the grid has ${points} points, and ${mostPoints} are the most`,
      'Take larger steps, or the sampler random or bayesian.',
    );
}

function sweepInvalid(what: string, action?: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'sweep_invalid',
    message: `The sweep cannot start: ${what}.`,
    action: action ?? 'Correct the space.',
  });
}
