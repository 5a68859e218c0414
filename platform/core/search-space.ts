import { z } from 'zod';
import { digestOf, hexOf } from './digest.ts';
import { Parameter } from './run.ts';

/** As many points as a grid may have. */
export const mostPoints = 10_000;
/** By which binary fractions miss a whole number of steps. */
const hair = 1e-9;

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

/** How many points a grid has. */
export function gridSize(space: Space): number {
  return Object.values(space).reduce((size, dimension) => size * pointsOn(dimension), 1);
}

function pointsOn(dimension: Dimension): number {
  if ('values' in dimension) return dimension.values.length;
  const { low, high, step = 1 } = dimension;
  return Math.floor((high - low) / step + hair) + 1;
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

/** What contradicts itself in a dimension; undefined where nothing does. `onGrid`: its points are to be counted. */
export function dimensionFault(dimension: Dimension, { onGrid }: { onGrid: boolean }): string | undefined {
  if ('values' in dimension) {
    const distinct = new Set(dimension.values.map((value) => JSON.stringify(value)));
    return distinct.size < dimension.values.length ? 'has a value twice' : undefined;
  }
  const { low, high, integer, step, log } = dimension;
  if (low > high) return `is empty: ${low} is above ${high}`;
  if (log && low <= 0) return `is logarithmic and begins at ${low}, which has no logarithm`;
  if (log && step !== undefined) return 'is logarithmic and has a step: it can have one of them';
  if (step !== undefined && step * (1 - hair) > high - low)
    return `has a step of ${step}, which is wider than itself`;
  if (integer && ![low, high, step ?? 1].every(Number.isInteger))
    return 'is one of integers and has bounds or a step that are none';
  if (onGrid && step === undefined && (!integer || log))
    return 'has no points for a grid: give values, or a step';
  return undefined;
}
