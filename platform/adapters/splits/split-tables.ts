import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Assignment, assignUnits, type EarlierSplit, type Unit } from '@visavox/core/assign-units';
import type { DatasetItem } from '@visavox/core/dataset';
import type { SplitRule } from '@visavox/core/dataset-split';
import { hasBlob, type ObjectStore, putBlobAs } from '@visavox/core/object-store';
import { digestOfFile } from '@visavox/pipelines/files';
import { unreadable } from '../tables/table-faults.ts';
import { type Table, writeTables } from '../tables/table-files.ts';
import {
  type TableLimits,
  TableProcess,
  type UnitsOfTables,
  type WrittenPart,
} from '../tables/table-process.ts';
import { grouped, mostOf } from './groups.ts';
import { columnMissing, notATime, tableUnreadable, tooManyUnits, valueMissing } from './split-faults.ts';

export interface SplitTables {
  readonly assignment: Assignment;
  /** What each part holds: the table itself where all of it is in one part. */
  readonly items: ReadonlyMap<string, readonly { readonly item: DatasetItem; readonly rows: number }[]>;
}

const assignmentFile = 'assignment.jsonl';

/** Splits the rows of tables, in a private folder. Equal rows, or rows of one group, are one unit. */
export async function splitTables(
  tables: readonly Table[],
  rule: SplitRule,
  earlier: EarlierSplit | undefined,
  {
    folder,
    objects,
    limits,
  }: { readonly folder: string; readonly objects: ObjectStore; readonly limits: TableLimits },
): Promise<SplitTables> {
  const process = new TableProcess(folder);
  try {
    const files = await writeTables(objects, tables, folder);
    const columns = {
      unit: rule.by === 'group' ? rule.column : rule.group,
      stratum: rule.by === 'stratum' ? rule.column : null,
      time: rule.by === 'time' ? rule.column : null,
    };
    const units = unitsOf(await process.units(files, columns, limits), tables);
    const assignment = assignUnits(units, rule, earlier);
    const lines = [...assignment.parts].map(([unit, part]) => `${JSON.stringify({ unit, part })}\n`);
    await writeFile(join(folder, assignmentFile), lines.join(''), { mode: 0o600 });
    const parts = rule.shares.map(({ part }) => part);
    const written = await process.parts({ assignment: assignmentFile, parts }, limits);
    return { assignment, items: await itemsOf(written, tables, { folder, objects }) };
  } finally {
    // Before the folder is removed: it would write into it.
    await process.end();
  }
}

/** One for each unit: of several strata the one of most of its rows. */
function unitsOf(answer: UnitsOfTables, tables: readonly Table[]): Unit[] {
  const keyOf = (file: number) => tables[file]?.item.key ?? '';
  const { units = [], unreadable: broken, missing, notATime: wrong, tooMany } = answer;
  if (broken) {
    const { line, reason } = unreadable(keyOf(broken.file), broken.message);
    throw tableUnreadable(keyOf(broken.file), line, reason);
  }
  if (missing)
    throw missing.rows === null
      ? columnMissing(missing.column, keyOf(missing.file))
      : valueMissing(missing.column, missing.rows, keyOf(missing.file));
  if (wrong) throw notATime(wrong.column, wrong.value, keyOf(wrong.file));
  if (tooMany !== undefined) throw tooManyUnits(tooMany);
  return [...grouped(units, ({ id }) => id)].map(([id, those]) => ({
    id,
    size: those.reduce((sum, { size }) => sum + size, 0),
    stratum: mostOf(new Map(those.map(({ stratum, size }) => [stratum ?? '', size]))),
    from: those.map(({ from }) => from).reduce((a, b) => (a && b && b.at < a.at ? b : a)),
    to: those.map(({ to }) => to).reduce((a, b) => (a && b && b.at > a.at ? b : a)),
  }));
}

async function itemsOf(
  written: readonly WrittenPart[],
  tables: readonly Table[],
  { folder, objects }: { readonly folder: string; readonly objects: ObjectStore },
) {
  const found = new Map<string, { item: DatasetItem; rows: number }[]>();
  for (const { file, part, name, rows, all } of written) {
    const item = tables[file]?.item;
    if (!item) throw new TypeError(`there is no table ${file}`);
    const those = found.get(part) ?? [];
    found.set(part, those);
    those.push({ rows, item: rows === all ? item : await stored(item, join(folder, name), objects) });
  }
  return found;
}

async function stored(item: DatasetItem, path: string, objects: ObjectStore): Promise<DatasetItem> {
  const { digest, bytes } = await digestOfFile(path);
  if (!(await hasBlob(objects, digest))) await putBlobAs(objects, digest, bytesOf(path));
  return { ...item, digest, bytes, provenance: { ...item.provenance, rowsOf: item.digest } };
}

/** Opened when it is read, so that nobody misses what goes wrong then. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array, void> {
  yield* createReadStream(path);
}
