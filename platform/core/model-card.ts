import { z } from 'zod';

/** A figure of a card. `slice`: of which part of the data, all of it where it is null. */
export const CardMetric = z.object({
  name: z.string(),
  value: z.number(),
  /** With 95 % unless the card says otherwise. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
  slice: z.string().nullable(),
  data: z.string().nullable(),
});
export type CardMetric = z.infer<typeof CardMetric>;

/** What is said about a model to whoever may use it, with what is known of it here. */
export const ModelCard = z.object({
  /** The file of the bundle that its author wrote; null where nobody wrote one. */
  file: z.string().nullable(),
  licence: z.string().nullable(),
  task: z.string().nullable(),
  tags: z.array(z.string()),
  /** What it was trained and measured on: names from the author's card, versions from its run. */
  data: z.array(z.object({ name: z.string(), version: z.string().nullable() })),
  metrics: z.array(CardMetric),
  limits: z.string().nullable(),
  /** What was decided about it, by the gate or by hand. */
  releases: z.array(z.object({ environment: z.string(), stage: z.string(), reason: z.string() })),
  /** The author's own words: Markdown. */
  text: z.string(),
});
export type ModelCard = z.infer<typeof ModelCard>;

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const ModelIndex = z.array(
  z.object({
    results: z
      .array(
        z.object({
          task: z.object({ type: z.string().optional() }).optional(),
          dataset: z
            .object({
              name: z.string().optional(),
              type: z.string().optional(),
              split: z.string().optional(),
            })
            .optional(),
          metrics: z
            .array(
              z.object({
                type: z.string(),
                name: z.string().optional(),
                value: z.unknown(),
                interval: z.tuple([z.number(), z.number()]).optional(),
                slice: z.string().optional(),
              }),
            )
            .default([]),
        }),
      )
      .default([]),
  }),
);

/**
 * The metadata of a model card as Hugging Face has it: the front matter of a README.md, or the same as JSON. Beside
 * that, a metric may have an `interval` (lower and upper bound) and a `slice` of the data that it is of.
 */
export const CardMetadata = z.looseObject({
  license: texts.optional(),
  license_name: z.string().optional(),
  pipeline_tag: z.string().optional(),
  tags: z.array(z.string()).optional(),
  datasets: texts.optional(),
  limitations: z.string().optional(),
  'model-index': ModelIndex.optional(),
});
export type CardMetadata = z.infer<typeof CardMetadata>;

/** What an author's card says. `text`: the Markdown below the metadata. */
export function cardOf(file: string, metadata: CardMetadata, text: string): ModelCard {
  const results = (metadata['model-index'] ?? []).flatMap(({ results }) => results);
  return {
    file,
    licence: metadata.license_name ?? metadata.license?.join(', ') ?? null,
    task: metadata.pipeline_tag ?? results.find(({ task }) => task?.type)?.task?.type ?? null,
    tags: metadata.tags ?? [],
    data: (metadata.datasets ?? []).map((name) => ({ name, version: null })),
    metrics: results.flatMap(({ dataset, metrics }) =>
      metrics.flatMap(({ type, name, value, interval, slice }): CardMetric[] =>
        typeof value === 'number'
          ? [
              {
                ...{
                  name: name ?? type,
                  value,
                  interval: interval ? { low: interval[0], high: interval[1] } : null,
                },
                ...{ slice: slice ?? dataset?.split ?? null, data: dataset?.name ?? dataset?.type ?? null },
              },
            ]
          : [],
      ),
    ),
    limits: metadata.limitations ?? sectionOf(text, /limit|out-of-scope|risk|bias/i),
    releases: [],
    text,
  };
}

export const noCard: ModelCard = {
  ...{ file: null, licence: null, task: null, tags: [], data: [], metrics: [] },
  ...{ limits: null, releases: [], text: '' },
};

/** The text below the first heading that says so. */
function sectionOf(markdown: string, title: RegExp): string | null {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#{1,6} /.test(line) && title.test(line));
  if (start < 0) return null;
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? 9) <= level);
  return (
    rest
      .slice(0, end < 0 ? undefined : end)
      .join('\n')
      .trim() || null
  );
}

/**
 * The numbers of a run as figures of a card: `accuracy_low` and `accuracy_high` are the interval of `accuracy`, and
 * `accuracy@winter` is that of the slice `winter`.
 */
export function cardMetrics(metrics: Readonly<Record<string, number>>): CardMetric[] {
  const bound = /_(low|high)$/;
  return Object.entries(metrics).flatMap(([full, value]): CardMetric[] => {
    const [name = full, slice = null] = full.split('@');
    const base = full.replace(bound, '');
    if (
      base !== full &&
      metrics[`${base}_low`] !== undefined &&
      metrics[`${base}_high`] !== undefined &&
      metrics[base] !== undefined
    )
      return [];
    const [low, high] = [metrics[`${full}_low`], metrics[`${full}_high`]];
    const interval = low !== undefined && high !== undefined ? { low, high } : null;
    return [{ name, value, interval, slice, data: null }];
  });
}
