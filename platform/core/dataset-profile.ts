import { z } from 'zod';

const Count = z.number().int().nonnegative();

export const CountedValue = z.object({ value: z.string(), count: Count });
export type CountedValue = z.infer<typeof CountedValue>;

/**
 * How many numbers are in each bin: bin `i` is from `bounds[i]`, included, to `bounds[i + 1]`. All bins of a histogram have
 * one width, a power of two, and every bound is a multiple of it: so two histograms of one quantity can always be brought to
 * the same bounds without a look at the numbers.
 */
export const Histogram = z.object({ bounds: z.array(z.number()), counts: z.array(Count) });
export type Histogram = z.infer<typeof Histogram>;

/** Of the finite numbers of a column; null where there are none, and the deviation where there is only one. */
export const NumberStatistics = z.object({
  /** Infinite, or not a number: counted as present, in no statistic. */
  notFinite: Count,
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  /** Of a sample: divided by one less than the count. */
  standardDeviation: z.number().nullable(),
  quartiles: z.object({ lower: z.number(), median: z.number(), upper: z.number() }).nullable(),
  histogram: Histogram,
});
export type NumberStatistics = z.infer<typeof NumberStatistics>;

export const ColumnProfile = z.object({
  name: z.string(),
  /** As DuckDB calls it, such as BIGINT, DOUBLE, VARCHAR. */
  type: z.string(),
  rows: Count,
  missing: Count,
  /** Approximate in large tables. */
  distinct: Count,
  /** Null where the type is not one of numbers. */
  numbers: NumberStatistics.nullable(),
  /** Of dates and times: the first and the last. */
  period: z.object({ from: z.string(), to: z.string() }).nullable(),
  /** The most frequent values first, ten at most; none of numbers. */
  frequent: z.array(CountedValue),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

/** Files that do not have a column as most of the others do. */
export const SchemaDifference = z.object({
  column: z.string(),
  /** The column's type in most files; null where most lack it. */
  usual: z.string().nullable(),
  count: Count,
  /** The first ones; a type of null is a file that lacks the column. */
  items: z.array(z.object({ item: z.string(), type: z.string().nullable() })),
});
export type SchemaDifference = z.infer<typeof SchemaDifference>;

export const UnreadItem = z.object({
  item: z.string(),
  why: z.enum(['erased', 'too-large', 'unreadable']),
  /** Of an unreadable one: where and what is wrong. */
  line: z.number().int().positive().nullable(),
  reason: z.string().nullable(),
});
export type UnreadItem = z.infer<typeof UnreadItem>;

/** Names of items, the first ones, and how many there are. */
export const CountedItems = z.object({ count: Count, items: z.array(z.string()) });

export const TablesProfile = z.object({
  rows: Count,
  read: CountedItems,
  notTables: CountedItems,
  unread: z.array(UnreadItem),
  columns: z.array(ColumnProfile),
  /** Columns beyond those that are looked at. */
  columnsLeftOut: Count,
  schemaDifferences: z.array(SchemaDifference),
});
export type TablesProfile = z.infer<typeof TablesProfile>;

export const LabelProfile = z.object({
  name: z.string(),
  /** How many items do not have it. */
  missing: Count,
  distinct: Count,
  frequent: z.array(CountedValue),
});

/** What is in a dataset version. */
export const DatasetProfile = z.object({
  format: z.literal(1),
  items: Count,
  bytes: Count,
  mediaTypes: z.array(z.object({ mediaType: z.string(), items: Count, bytes: Count })),
  labels: z.array(LabelProfile),
  /** Null where no item is a table. */
  tables: TablesProfile.nullable(),
});
export type DatasetProfile = z.infer<typeof DatasetProfile>;

/** Of lists that a profile gives the beginning of. */
export const namedAtMost = 100;
export const frequentAtMost = 10;
