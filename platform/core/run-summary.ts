import { z } from 'zod';
import { inMetricOrder } from './metric-names.ts';
import { modelType, Parameter, RunRecord, type RunState } from './run.ts';
import { metricsOf } from './run-metrics.ts';

/** Text that every database and terminal can hold on one line. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'one line, without control characters');

export const RunName = line(100);
export const RunNote = z
  .string()
  .trim()
  .max(10_000)
  .refine((text) => !/[\0\p{Cs}]/u.test(text), 'text, without NUL');
export const TagKey = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/,
    'the key of a tag has letters, digits, dots, slashes, hyphens and underscores, 100 at most',
  );
export const RunTags = z
  .record(TagKey, line(500))
  .refine((tags) => Object.keys(tags).length <= 50, 'a run has 50 tags at most');

/** What people call a run and say about it, as it was when the run was submitted. */
export const RunAnnotations = z.object({
  name: RunName.optional(),
  note: RunNote.optional(),
  tags: RunTags.optional(),
});
export type RunAnnotations = z.infer<typeof RunAnnotations>;

/** What is to change: null takes away, what is left out stays. */
export const RunAnnotationChanges = z.object({
  name: RunName.nullish(),
  note: RunNote.nullish(),
  tags: z.record(TagKey, line(500).nullable()).optional(),
});
export type RunAnnotationChanges = z.infer<typeof RunAnnotationChanges>;

/** A run for lists: without its tasks' inputs, outputs and commands, which may be hundreds of kilobytes. */
export const RunSummary = RunRecord.pick({
  ...{ id: true, pipeline: true, state: true, reason: true, trigger: true, by: true, engine: true },
  ...{ name: true, note: true, tags: true, sweep: true, createdAt: true, finishedAt: true },
}).extend({
  parameters: z.record(z.string(), Parameter),
  /** All numbers that its tasks returned, by name. */
  metrics: z.record(z.string(), z.number()),
  /** The outputs that are models, as `TASK/OUTPUT`. */
  models: z.array(z.string()),
  tasks: z.object({
    total: z.number().int(),
    /** In whatever way. */
    finished: z.number().int(),
    running: z.array(z.string()),
  }),
});
export type RunSummary = z.infer<typeof RunSummary>;

export function summaryOf(run: RunRecord): RunSummary {
  const { id, pipeline, state, reason, trigger, engine, createdAt, finishedAt } = run;
  return {
    ...{ id, pipeline, state, reason, trigger, engine, createdAt, finishedAt },
    ...annotationsOf(run),
    ...(run.by !== undefined && { by: run.by }),
    ...(run.sweep !== undefined && { sweep: run.sweep }),
    parameters: run.pins.parameters,
    metrics: inOrder(metricsOf(run)),
    models: modelsOf(run),
    tasks: {
      total: run.tasks.length,
      finished: run.tasks.filter((task) => task.state !== 'pending' && task.state !== 'running').length,
      running: run.tasks.filter((task) => task.state === 'running').map((task) => task.name),
    },
  };
}

/** What a training is judged by comes first. */
function inOrder(metrics: Readonly<Record<string, number>>): Record<string, number> {
  const named = Object.entries(metrics).map(([name, value]) => ({ name, value }));
  return Object.fromEntries(inMetricOrder(named).map(({ name, value }) => [name, value]));
}

function modelsOf({ tasks }: RunRecord): string[] {
  return tasks.flatMap((task) =>
    Object.entries(task.outputs.artifacts)
      .filter(([, artifacts]) => artifacts.some(({ type }) => type === modelType))
      .map(([output]) => `${task.name}/${output}`),
  );
}

/** Those that are there. */
export function annotationsOf({ name, note, tags }: RunAnnotations): RunAnnotations {
  return {
    ...(name !== undefined && { name }),
    ...(note !== undefined && { note }),
    ...(tags !== undefined && Object.keys(tags).length > 0 && { tags }),
  };
}

export function annotated(before: RunAnnotations, changes: RunAnnotationChanges): RunAnnotations {
  const changed = <T>(was: T | undefined, to: T | null | undefined) =>
    to === undefined ? was : (to ?? undefined);
  const tags = Object.entries({ ...before.tags, ...changes.tags }).filter(
    (tag): tag is [string, string] => tag[1] !== null,
  );
  const [name, note] = [changed(before.name, changes.name), changed(before.note, changes.note)];
  return annotationsOf({
    ...(name !== undefined && { name }),
    ...(note !== undefined && note !== '' && { note }),
    tags: Object.fromEntries(tags),
  });
}

/** Which runs are listed, newest first unless sorted by a metric. */
export interface RunQuery {
  readonly pipeline?: string | undefined;
  readonly state?: RunState | undefined;
  /** Those that have all of these. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly sweep?: string | undefined;
  /** Part of the id, the name, the note or the pipeline's name, in whatever case. */
  readonly find?: string | undefined;
  /** By a metric; runs without it come last. */
  readonly sort?: { readonly metric: string; readonly order: 'asc' | 'desc' } | undefined;
  readonly start: number;
  readonly limit: number;
}

export interface RunPage {
  readonly runs: readonly RunSummary[];
  /** How many there are beside this page. */
  readonly total: number;
}

/** The page of all these runs, which are given newest first. */
export function pageOf(all: readonly RunSummary[], query: RunQuery): RunPage {
  const found = all.filter((run) => matches(run, query));
  const { sort, start, limit } = query;
  const sorted = sort ? found.toSorted(byMetric(sort)) : found;
  return { runs: sorted.slice(start, start + limit), total: found.length };
}

function matches(run: RunSummary, { pipeline, state, tags = {}, sweep, find }: RunQuery): boolean {
  const texts = [run.id, run.name, run.note, run.pipeline];
  return (
    (pipeline === undefined || run.pipeline === pipeline) &&
    (state === undefined || run.state === state) &&
    (sweep === undefined || run.sweep === sweep) &&
    Object.entries(tags).every(([key, value]) => run.tags?.[key] === value) &&
    (find === undefined || texts.some((text) => text?.toLowerCase().includes(find.toLowerCase())))
  );
}

function byMetric({ metric, order }: NonNullable<RunQuery['sort']>) {
  const sign = order === 'asc' ? 1 : -1;
  return ({ metrics: a }: RunSummary, { metrics: b }: RunSummary) => {
    const [left, right] = [a[metric], b[metric]];
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right);
  };
}
