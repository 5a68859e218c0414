import { expect, it } from 'vitest';
import {
  decodeFeatureTable,
  encodeFeatureTable,
  type FeatureTable,
  featuresOf,
  mergeTables,
} from './feature-table.ts';

const row = (key: string, person = 'ada') => ({
  key,
  person,
  sample: `sample-${key}`,
  split: 'train' as const,
  condition: 'clear',
});
const tableOf = (...rows: readonly (readonly [string, readonly number[]])[]): FeatureTable => ({
  items: rows.map(([key]) => row(key)),
  dimension: 2,
  features: Float32Array.from(rows.flatMap(([, values]) => values)),
});

it('keeps features and whose they are through a file', () => {
  const table = { ...tableOf(['a', [1, 2]], ['b', [3, 4]]), items: [row('a', 'Zoë'), row('b', '名前')] };
  const read = decodeFeatureTable(encodeFeatureTable(table));
  expect(read).toEqual(table);
  expect(featuresOf(read, 1)).toEqual(Float32Array.of(3, 4));
});

it('merges shards into the same bytes however the recordings were spread', () => {
  const [a, b, c] = [['a', [1, 2]] as const, ['b', [3, 4]] as const, ['c', [5, 6]] as const];
  const one = mergeTables([tableOf(a, c), tableOf(b)]);
  const other = mergeTables([tableOf(b, c), tableOf(), tableOf(a)]);
  expect(encodeFeatureTable(one)).toEqual(encodeFeatureTable(other));
});

it('refuses a file that is something else', () => {
  expect(() => decodeFeatureTable(Buffer.from('%PDF-1.7 and so on'))).toThrow(
    expect.objectContaining({ code: 'feature_table_unreadable' }),
  );
});
