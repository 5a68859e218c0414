import { z } from 'zod';
import { Digest } from './digest.ts';

export const SplitName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'a name begins with a small letter and has small letters, digits and hyphens',
  );

const Share = z.object({ part: SplitName, share: z.number().positive().max(1) });

/** What goes together, and which share of it goes where. */
export const SplitRule = z.object({
  /**
   * `group`: what has one value goes into one part. `time`: what is earlier goes into parts that come before. `stratum`: each
   * value is in every part, by the shares.
   */
  by: z.enum(['group', 'time', 'stratum']),
  /** A label of the items, or a column of their tables. */
  column: z.string().min(1).max(1000),
  /** A label or column as well: what has one value of it stays together, with `time` and `stratum`. */
  group: z.string().min(1).max(1000).nullable(),
  /** In the order of time with `time`. */
  shares: z
    .array(Share)
    .min(2)
    .max(20)
    .refine(
      (shares) => new Set(shares.map(({ part }) => part)).size === shares.length,
      'a part is named twice',
    )
    .refine(
      (shares) => Math.abs(shares.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6,
      'the shares have to come to 1',
    ),
  seed: z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 31),
});
export type SplitRule = z.infer<typeof SplitRule>;

export const SplitPart = z.object({
  part: SplitName,
  /** The dataset version with what is in it. */
  dataset: Digest,
  items: z.number().int().nonnegative(),
  /** Of tables; null where whole items are split. */
  rows: z.number().int().nonnegative().nullable(),
  /** How many units: groups, or contents. */
  units: z.number().int().positive(),
});

/** A dataset version in parts. It never changes: its digest is that of its canonical JSON. */
export const DatasetSplit = z.object({
  format: z.literal(1),
  dataset: Digest,
  name: SplitName,
  rule: SplitRule,
  of: z.enum(['items', 'rows']),
  /** The split of an earlier version whose units keep their parts. */
  follows: Digest.nullable(),
  /** Where a part begins in time, from the second one on. */
  cuts: z.array(z.object({ part: SplitName, from: z.number(), text: z.string() })),
  parts: z.array(SplitPart),
  /** Which unit is in which part, by a digest of the unit: a blob. */
  assignment: Digest,
  /** Items that are in no part, as they are no tables. */
  leftOut: z.array(z.string()),
});
export type DatasetSplit = z.infer<typeof DatasetSplit>;

export interface KeptSplit {
  readonly digest: Digest;
  readonly createdAt: string;
  readonly split: DatasetSplit;
}
