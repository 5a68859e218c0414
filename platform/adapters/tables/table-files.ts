import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DatasetItem } from '@visavox/core/dataset';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import type { TableFormat } from './table-format.ts';
import type { TableFile } from './table-process.ts';

export interface Table {
  readonly item: DatasetItem;
  readonly format: TableFormat;
}

/** Writes tables into the folder of a table process, under names that are no part of what people sent. */
export async function writeTables(
  objects: ObjectStore,
  tables: readonly Table[],
  folder: string,
): Promise<readonly TableFile[]> {
  const files: TableFile[] = [];
  for (const [index, { item, format }] of tables.entries()) {
    const name = `${index}.table`;
    const bytes = readBlob(objects, item.digest, item.key);
    await pipeline(Readable.from(bytes), createWriteStream(join(folder, name), { mode: 0o600 }));
    files.push({ name, ...format });
  }
  return files;
}
