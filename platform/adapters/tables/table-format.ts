import type { DatasetItem } from '@visavox/core/dataset';

export interface TableFormat {
  readonly format: 'csv' | 'tsv' | 'json-lines' | 'parquet';
  readonly compression: 'uncompressed' | 'gzip';
}

const byEnding: Readonly<Record<string, TableFormat['format']>> = {
  csv: 'csv',
  tsv: 'tsv',
  jsonl: 'json-lines',
  ndjson: 'json-lines',
  parquet: 'parquet',
};

const byMediaType: Readonly<Record<string, TableFormat['format']>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/jsonl': 'json-lines',
  'application/x-ndjson': 'json-lines',
  'application/vnd.apache.parquet': 'parquet',
};

/** How an item is read as a table, by how its key ends, or else by its media type; undefined where it is none. */
export function tableFormatOf({
  key,
  mediaType,
}: Pick<DatasetItem, 'key' | 'mediaType'>): TableFormat | undefined {
  const [, ending = '', compressed] = /\.([a-z]+)(\.gz)?$/.exec(key.toLowerCase()) ?? [];
  const format = byEnding[ending];
  if (format === undefined) {
    const named = byMediaType[mediaType];
    return named && { format: named, compression: 'uncompressed' };
  }
  if (compressed === undefined) return { format, compression: 'uncompressed' };
  // Parquet compresses what is in it.
  return format === 'parquet' ? undefined : { format, compression: 'gzip' };
}
