import { SystemError, UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { encodeSafetensors } from './safetensors.ts';

/** Which part of the population a person belongs to, for good: nobody trains on an `evaluation` person. */
export const Split = z.enum(['train', 'validation', 'evaluation']);
export type Split = z.infer<typeof Split>;

export const FeatureRow = z.object({
  key: z.string(),
  person: z.string(),
  /** Of people who were found to be one, where it is not the person's own id. */
  identity: z.string().optional(),
  sample: z.string(),
  split: Split,
  /** Under what it was recorded; of a copy, what was done to the recording. */
  condition: z.string().default('clear'),
  /** How much there is to recognise in the recording, 0..1. */
  quality: z.number().optional(),
  /** Of a voice: how long it is, as calibrations count it. */
  seconds: z.number().optional(),
  /** It is an augmented copy of the sample: learned from, never reported on. */
  copy: z.boolean().optional(),
  /** A copy that stands beside its recording in a template, where a model makes templates so. */
  enrols: z.boolean().optional(),
  /** The network behind these features learned from the person in this very training, which therefore is not judged on them. */
  heard: z.boolean().optional(),
  /** Only rows of one fold were embedded by one model. */
  fold: z.number().int().optional(),
});
export type FeatureRow = z.infer<typeof FeatureRow>;

/** Backbone outputs of many recordings: row i of `features` [n, dimension] belongs to item i. */
export interface FeatureTable {
  readonly items: readonly FeatureRow[];
  readonly dimension: number;
  readonly features: Float32Array;
}

export function tableOf(
  rows: readonly (readonly [FeatureRow, Float32Array])[],
  dimension: number,
): FeatureTable {
  const features = new Float32Array(rows.length * dimension);
  for (const [index, [, row]] of rows.entries()) {
    if (row.length !== dimension)
      throw new SystemError(`features of ${row.length} numbers in a table of ${dimension}`);
    features.set(row, index * dimension);
  }
  return { items: rows.map(([item]) => item), dimension, features };
}

export function featuresOf(table: FeatureTable, row: number): Float32Array {
  return table.features.subarray(row * table.dimension, (row + 1) * table.dimension);
}

/** Rows in the order of their keys, so that the same recordings give the same bytes however they were sharded. */
export function mergeTables(tables: readonly FeatureTable[]): FeatureTable {
  const dimension = tables[0]?.dimension;
  if (!dimension || tables.some((table) => table.dimension !== dimension)) {
    throw new SystemError('tables of features with different dimensions cannot be one');
  }
  const rows = tables
    .flatMap((table) => table.items.map((item, row) => ({ item, features: featuresOf(table, row) })))
    .sort((a, b) => (a.item.key < b.item.key ? -1 : a.item.key > b.item.key ? 1 : 0));
  const features = new Float32Array(rows.length * dimension);
  for (const [index, row] of rows.entries()) features.set(row.features, index * dimension);
  return { items: rows.map((row) => row.item), dimension, features };
}

const Header = z.object({
  __metadata__: z.object({ items: z.string() }),
  features: z.object({
    dtype: z.literal('F32'),
    shape: z.tuple([z.number().int().nonnegative(), z.number().int().positive()]),
    data_offsets: z.tuple([z.number(), z.number()]),
  }),
});

export function encodeFeatureTable({ items, dimension, features }: FeatureTable): Uint8Array {
  return encodeSafetensors(
    { features: { shape: [items.length, dimension], data: features } },
    { items: JSON.stringify(items) },
  );
}

export function decodeFeatureTable(bytes: Uint8Array): FeatureTable {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const length = Number(buffer.readBigUInt64LE(0));
    const header = Header.parse(JSON.parse(buffer.subarray(8, 8 + length).toString('utf8')));
    const items = z.array(FeatureRow).parse(JSON.parse(header.__metadata__.items));
    const [from, to] = header.features.data_offsets;
    // A copy, since float32 wants an offset that is a multiple of four.
    const features = new Float32Array(
      Uint8Array.from(buffer.subarray(8 + length + from, 8 + length + to)).buffer,
    );
    const [rows, dimension] = header.features.shape;
    if (features.length !== rows * dimension || rows !== items.length)
      throw new RangeError('sizes do not agree');
    return { items, dimension, features };
  } catch (cause) {
    throw new UserError({
      kind: 'invalid',
      code: 'feature_table_unreadable',
      message: 'the feature table is not a safetensors file with a tensor "features" [n, d] and its items',
      action: 'Run the embedding task again.',
      cause,
    });
  }
}
