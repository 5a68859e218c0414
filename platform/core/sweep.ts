import { z } from 'zod';
import { CodeReference } from './code.ts';
import { Digest, digestOf, hexOf } from './digest.ts';
import { UserError } from './errors.ts';
import { Parameter, type RunState } from './run.ts';

const mostPoints = 10_000;

/** Where a parameter is looked for: among some values, or between two numbers, both included. */
export const Dimension = z.union([
  z.strictObject({ values: z.array(Parameter).min(1).max(mostPoints) }),
  z.strictObject({
    low: z.number(),
    high: z.number(),
    /** Whole numbers alone. */
    integer: z.boolean().default(false),
    /** From one value to the next. */
    step: z.number().positive().optional(),
    /** Evenly over orders of magnitude. */
    log: z.boolean().default(false),
  }),
]);
export type Dimension = z.infer<typeof Dimension>;
export type Space = Readonly<Record<string, Dimension>>;
export type Point = Readonly<Record<string, Parameter>>;

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
  }),
  /** Each was written down before its run was submitted. */
  trials: z.array(Trial),
  /** How many trials there were when it was resumed last: their failures end it no more. */
  forgiven: z.number().int().default(0),
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
    const fault = faultOf(dimension, sampler);
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

function faultOf(dimension: Dimension, sampler: Sampler): string | undefined {
  if ('values' in dimension) {
    const distinct = new Set(dimension.values.map((value) => JSON.stringify(value)));
    return distinct.size < dimension.values.length ? 'has a value twice' : undefined;
  }
  const { low, high, integer, step, log } = dimension;
  if (low > high) return `is empty: ${low} is above ${high}`;
  if (log && low <= 0) return `is logarithmic and begins at ${low}, which has no logarithm`;
  if (log && step !== undefined) return 'is logarithmic and has a step: it can have one of them';
  if (step !== undefined && step > high - low) return `has a step of ${step}, which is wider than itself`;
  if (integer && ![low, high, step ?? 1].every(Number.isInteger))
    return 'is one of integers and has bounds or a step that are none';
  if (sampler === 'grid' && step === undefined && (!integer || log))
    return 'has no points for a grid: give values, or a step';
  return undefined;
}

/** How many points a grid has. */
export function gridSize(space: Space): number {
  return Object.values(space).reduce((size, dimension) => size * pointsOn(dimension), 1);
}

function pointsOn(dimension: Dimension): number {
  if ('values' in dimension) return dimension.values.length;
  const { low, high, step = 1 } = dimension;
  // What binary fractions leave of a whole number of steps is none.
  return Math.floor((high - low) / step + 1e-9) + 1;
}

function pointOn(dimension: Dimension, index: number): Parameter {
  if ('values' in dimension) return dimension.values[index] ?? '';
  return withoutNoise(dimension.low + index * (dimension.step ?? 1));
}

/** The grid's point of this number, counted from 0; the last parameter varies first. */
export function gridPoint(space: Space, number: number): Point {
  let left = number;
  const point = Object.entries(space)
    .toReversed()
    .map(([name, dimension]): [string, Parameter] => {
      const points = pointsOn(dimension);
      const index = left % points;
      left = Math.floor(left / points);
      return [name, pointOn(dimension, index)];
    });
  return Object.fromEntries(point.toReversed());
}

/** A point drawn evenly, always the same for a seed and a number. */
export function randomPoint(space: Space, seed: number, number: number): Point {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      drawn(dimension, uniform(`${seed}/${number}/${name}`)),
    ]),
  );
}

/** From 0 to below 1. */
function uniform(key: string): number {
  const digits = 13;
  return Number.parseInt(hexOf(digestOf(key)).slice(0, digits), 16) / 16 ** digits;
}

function drawn(dimension: Dimension, share: number): Parameter {
  if ('values' in dimension || dimension.step !== undefined || (dimension.integer && !dimension.log))
    return pointOn(dimension, Math.floor(share * pointsOn(dimension)));
  const { low, high, integer, log } = dimension;
  const value = log ? low * (high / low) ** share : low + share * (high - low);
  return Math.min(high, Math.max(low, integer ? Math.floor(value) : withoutNoise(value)));
}

function withoutNoise(value: number): number {
  return Number(value.toPrecision(12));
}

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
    Math.max(
      ...points
        .filter(({ step, value }) => step <= last && Number.isFinite(value))
        .map(({ value }) => sign * value),
    );
  const now = Math.max(...curve.map(({ step }) => step));
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

function sweepInvalid(what: string, action?: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'sweep_invalid',
    message: `The sweep cannot start: ${what}.`,
    action: action ?? 'Correct the space.',
  });
}
