import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetItem } from '@visavox/core/dataset';
import { namedAtMost, type TablesProfile, type UnreadItem } from '@visavox/core/dataset-profile';
import { hasBlob, type ObjectStore } from '@visavox/core/object-store';
import { schemaDifferences } from './schema-differences.ts';
import { unreadable } from './table-faults.ts';
import { type Table, writeTables } from './table-files.ts';
import { tableFormatOf } from './table-format.ts';
import { type FileSchema, type TableLimits, TableProcess } from './table-process.ts';

export interface ProfilerLimits extends TableLimits {
  /** Of all files together, as they are kept; those that go beyond it are not read. */
  readonly bytes: number;
}

export const profilerLimits: ProfilerLimits = {
  withinMs: 5 * 60_000,
  memoryMegabytes: 512,
  diskMegabytes: 16_000,
  threads: 2,
  columns: 1000,
  exactRows: 1_000_000,
  bytes: 4e9,
};

export interface TableProfilerOptions {
  readonly objects: ObjectStore;
  readonly limits?: ProfilerLimits;
  /** Where the private folder is made. */
  readonly temporary?: string;
}

/** Reads those items of a dataset version that are tables. */
export class TableProfiler {
  readonly #objects: ObjectStore;
  readonly #limits: ProfilerLimits;
  readonly #temporary: string;
  readonly #running = new Set<TableProcess>();
  /** One version at a time, whoever asks: each may take all the memory that the limits allow. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ objects, limits = profilerLimits, temporary = tmpdir() }: TableProfilerOptions) {
    this.#objects = objects;
    this.#limits = limits;
    this.#temporary = temporary;
  }

  /**
   * Returns null where no item is a table. Throws a UserError `tables_too_large`, or `profile_failed` where DuckDB died of them.
   */
  async profile(items: readonly DatasetItem[]): Promise<TablesProfile | null> {
    const { tables, notTables, unread } = await this.#sorted(items);
    if (tables.length + unread.length === 0) return null;
    const rest = { notTables: named(notTables) };
    const turn = this.#turn.then(() => this.#inFolder((folder) => this.#read(tables, folder)));
    this.#turn = turn.catch(() => {});
    const profile = await turn;
    return { ...profile, ...rest, unread: [...unread, ...profile.unread] };
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.end()));
    await this.#turn;
  }

  async #sorted(items: readonly DatasetItem[]) {
    const tables: Table[] = [];
    const notTables: string[] = [];
    const unread: UnreadItem[] = [];
    let bytes = 0;
    for (const item of items) {
      const format = tableFormatOf(item);
      const skip = (why: UnreadItem['why']) => unread.push({ item: item.key, why, line: null, reason: null });
      if (!format) notTables.push(item.key);
      else if (bytes + item.bytes > this.#limits.bytes) skip('too-large');
      else if (!(await hasBlob(this.#objects, item.digest))) skip('erased');
      else {
        bytes += item.bytes;
        tables.push({ item, format });
      }
    }
    return { tables, notTables, unread };
  }

  async #inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
    // Others of this machine may not read it: it is made for its owner alone.
    const folder = await mkdtemp(join(this.#temporary, 'visavox-tables-'));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #read(tables: readonly Table[], folder: string): Promise<Omit<TablesProfile, 'notTables'>> {
    const process = new TableProcess(folder);
    this.#running.add(process);
    try {
      const files = await writeTables(this.#objects, tables, folder);
      const { files: schemas, ...profile } = await process.profile(files, this.#limits);
      return { ...withoutKind(profile), ...ofFiles(tables, schemas) };
    } finally {
      // Before the folder is removed: it would write into it.
      await process.end();
      this.#running.delete(process);
    }
  }
}

function withoutKind<T extends { readonly kind: string }>({ kind: _, ...rest }: T): Omit<T, 'kind'> {
  return rest;
}

function ofFiles(tables: readonly Table[], schemas: readonly FileSchema[]) {
  const read: { item: string; columns: { name: string; type: string | null }[] }[] = [];
  const unread: UnreadItem[] = [];
  for (const [index, { item }] of tables.entries()) {
    const schema = schemas[index];
    if (schema === undefined) continue;
    if ('unreadable' in schema) unread.push(unreadable(item.key, schema.unreadable));
    else read.push({ item: item.key, columns: schema.columns });
  }
  return {
    read: named(read.map(({ item }) => item)),
    unread,
    schemaDifferences: schemaDifferences(read),
  };
}

function named(items: readonly string[]) {
  return { count: items.length, items: items.slice(0, namedAtMost) };
}
