import { z } from 'zod';
import { Digest } from './digest.ts';

const Count = z.number().int().nonnegative();
const Line = z.number().int().positive().nullable();

/** A row, or an item, that breaks a rule. */
export const BrokenExample = z.object({
  item: z.string(),
  /** Of the item's rows, from 1; null where the items themselves are the rows. */
  row: z.number().int().positive().nullable(),
  /** Null where the item is no text. */
  line: Line,
  /** Null where it is missing. */
  value: z.string().nullable(),
});

export const BrokenRule = z.object({
  /** Null where the rule is about rows as a whole. */
  column: z.string().nullable(),
  /** As Pandera calls it: `greater_than(0)`, `not_nullable`, `column_in_dataframe`. */
  check: z.string(),
  /** How many rows break it; null where it is broken as a whole, such as by a column that is missing. */
  rows: Count.nullable(),
  /** What was found in the place of what a rule about the whole asks for. */
  found: z.string().nullable(),
  examples: z.array(BrokenExample),
});
export type BrokenRule = z.infer<typeof BrokenRule>;

/** What came of holding a dataset version against rules. */
export const ValidationReport = z.object({
  format: z.literal(1),
  passed: z.boolean(),
  /** What the rules are about: the rows of the tables, or the items where none is a table. */
  of: z.enum(['rows', 'items']),
  rows: Count,
  /** How many break a rule. */
  brokenRows: Count,
  tables: z.array(z.object({ item: z.string(), rows: Count })),
  /** Tables that cannot be read; with one of them the rules do not hold. */
  unread: z.array(z.object({ item: z.string(), line: Line, reason: z.string() })),
  broken: z.array(BrokenRule),
  /** `pandera 0.35.0`. */
  library: z.string(),
  /** All of it for people, as Markdown. */
  text: z.string(),
});
export type ValidationReport = z.infer<typeof ValidationReport>;

export const DatasetValidation = z.object({
  dataset: Digest,
  /** The blob of the rules' text. */
  rules: Digest,
  checkedAt: z.string(),
  report: ValidationReport,
});
export type DatasetValidation = z.infer<typeof DatasetValidation>;
