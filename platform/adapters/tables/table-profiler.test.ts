import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DatasetItem } from '@visavox/core/dataset';
import type { TablesProfile } from '@visavox/core/dataset-profile';
import { digestOf } from '@visavox/core/digest';
import { blobKey, type ObjectStore, putBlob } from '@visavox/core/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOrCreateObjectStore } from '../objects/open-object-store.ts';
import { profilerLimits, TableProfiler } from './table-profiler.ts';

let root: string;
let objects: ObjectStore;
let temporary: string;
let profiler: TableProfiler;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-tables-test-'));
  temporary = await mkdtemp(join(root, 'temporary-'));
  objects = await openOrCreateObjectStore({
    url: pathToFileURL(join(root, 'objects')).href,
    key: { file: join(root, 'objects.key') },
  });
  profiler = new TableProfiler({ objects, temporary });
});
afterAll(async () => {
  expect(await readdir(temporary)).toEqual([]);
  await rm(root, { recursive: true });
});

async function item(key: string, content: string | Uint8Array): Promise<DatasetItem> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const digest = await putBlob(objects, bytes);
  return { key, digest, bytes: bytes.length, mediaType: 'text/plain', labels: {}, provenance: {} };
}

async function profileOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<TablesProfile> {
  const items = await Promise.all(Object.entries(files).map(([key, content]) => item(key, content)));
  const profile = await profiler.profile(items);
  if (!profile) throw new Error('no item was taken for a table');
  return profile;
}

const column = ({ columns }: TablesProfile, wanted: string) => columns.find(({ name }) => name === wanted);

const flowers = `id,width,species,picked,wild
1,0.5,setosa,2026-05-01,true
2,,setosa,2026-05-03,true
3,1.5,virginica,2026-05-02,false
4,2.5,NA,,true
`;

/** What DuckDB itself writes as Parquet. */
async function parquet(query: string): Promise<Uint8Array> {
  const file = join(root, `${Math.random()}.parquet`);
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`copy (${query}) to '${file}' (format parquet)`);
  connection.closeSync();
  return readFile(file);
}

describe('a CSV file', () => {
  it('is described by column', async () => {
    const profile = await profileOf({ 'flowers.csv': flowers, 'photo.jpg': 'not a table' });
    expect(profile).toMatchObject({
      ...{ rows: 4, columnsLeftOut: 0, unread: [], schemaDifferences: [] },
      read: { count: 1, items: ['flowers.csv'] },
      notTables: { count: 1, items: ['photo.jpg'] },
    });
    expect(
      profile.columns.map(({ name, type, missing, distinct }) => [name, type, missing, distinct]),
    ).toEqual([
      ['id', 'BIGINT', 0, 4],
      ['width', 'DOUBLE', 1, 3],
      ['species', 'VARCHAR', 1, 2],
      ['picked', 'DATE', 1, 3],
      ['wild', 'BOOLEAN', 0, 2],
    ]);
    expect(column(profile, 'width')?.numbers).toEqual({
      ...{ notFinite: 0, min: 0.5, max: 2.5, mean: 1.5, standardDeviation: 1 },
      quartiles: { lower: 1, median: 1.5, upper: 2 },
      histogram: expect.objectContaining({ counts: expect.arrayContaining([1]) }),
    });
    expect(column(profile, 'species')?.frequent).toEqual([
      { value: 'setosa', count: 2 },
      { value: 'virginica', count: 1 },
    ]);
    expect(column(profile, 'picked')?.period).toEqual({ from: '2026-05-01', to: '2026-05-03' });
    expect(column(profile, 'wild')?.frequent[0]).toEqual({ value: 'true', count: 3 });
  });

  it('has a histogram whose bounds are those of any other of the same quantity, or lie between them', async () => {
    const numbers = (least: number, most: number) =>
      `x\n${Array.from({ length: 100 }, (_, index) => least + (index / 99) * (most - least)).join('\n')}\n`;
    const [narrow, wide] = [
      column(await profileOf({ 'a.csv': numbers(0, 10) }), 'x')?.numbers?.histogram,
      column(await profileOf({ 'a.csv': numbers(-3, 97) }), 'x')?.numbers?.histogram,
    ];
    expect(narrow?.counts.length).toBeGreaterThan(15);
    expect(narrow?.counts.length).toBeLessThan(34);
    expect(narrow?.counts.reduce((sum, count) => sum + count, 0)).toBe(100);
    const inside = wide?.bounds.filter((bound) => bound >= 0 && bound <= 10);
    expect(narrow?.bounds).toEqual(expect.arrayContaining(inside ?? []));
  });

  it('may have semicolons, quoted lines, a byte order mark, columns of one name, and no rows', async () => {
    const profile = await profileOf({ 'odd.csv': '\uFEFFa;A;;"b;""c"""\r\n1;"x;y\nz";2;3\r\n' });
    expect(profile.columns.map(({ name }) => name)).toEqual(['a', 'A_1', 'column2', 'b;"c"']);
    expect(column(profile, 'A_1')?.frequent).toEqual([{ value: 'x;y\nz', count: 1 }]);
    expect(await profileOf({ 'none.csv': 'a,b\n' })).toMatchObject({
      rows: 0,
      columns: [{ name: 'a', rows: 0, frequent: [], numbers: null }, { name: 'b' }],
    });
  });

  it('that is broken is named with the line, beside what could be read', async () => {
    const profile = await profileOf({
      'broken.csv': 'id,width\n1,2\n2,3,4\n3,4\n',
      'empty.csv': '',
      'latin.csv': Buffer.from('name\ncafé\n', 'latin1'),
      'open.csv': 'id,name\n1,"a\n2,b\n',
      'whole.csv': 'id,width\n1,2\n',
    });
    expect(profile.read.items).toEqual(['whole.csv']);
    expect(profile.rows).toBe(1);
    expect(profile.unread).toEqual([
      unreadable('broken.csv', 3, 'Expected Number of Columns: 2 Found: 3'),
      unreadable('empty.csv', 1, 'The first line has to name the columns.'),
      unreadable('latin.csv', 2, expect.stringContaining('not utf-8')),
      unreadable('open.csv', 2, expect.stringContaining('unterminated quote')),
    ]);
  });

  it('of numbers that are infinite, not one, or the largest that there are, has the statistics of the others', async () => {
    const profile = await profileOf({ 'x.csv': 'x,y\ninf,1e308\n-inf,1e308\n1,-1e308\n' });
    expect(column(profile, 'x')).toMatchObject({
      missing: 0,
      numbers: { notFinite: 2, min: 1, max: 1, mean: 1 },
    });
    expect(column(profile, 'y')?.numbers).toMatchObject({ min: -1e308, max: 1e308, standardDeviation: null });
  });
});

const unreadable = (name: string, line: number | null, reason: unknown) => ({
  ...{ item: name, why: 'unreadable', line, reason },
});

describe('several files', () => {
  it('of every kind are one table', async () => {
    const profile = await profileOf({
      'a.csv': 'id,name\n1,ada\n',
      'b.tsv': 'id\tname\n2\tbob\n',
      'c.jsonl': '{"id": 3, "name": "eve"}\n{"id": 4, "name": null}\n',
      'd.jsonl.gz': gzipSync('{"id": 5, "name": "ada"}\n'),
      'e.csv.gz': gzipSync('id,name\n6,ada\n'),
      'f.parquet': await parquet("select 7::bigint as id, 'eve' as name"),
    });
    expect(profile).toMatchObject({ rows: 7, unread: [], schemaDifferences: [], read: { count: 6 } });
    expect(column(profile, 'id')?.numbers).toMatchObject({ min: 1, max: 7, mean: 4 });
    expect(column(profile, 'name')).toMatchObject({ missing: 1, distinct: 3 });
  });

  it('that differ are named, by the columns that they lack or have as another type', async () => {
    const profile = await profileOf({
      '1.csv': 'id,width,note\n1,2.5,\n',
      '2.csv': 'id,width\n2,3.5\n',
      '3.csv': 'id,width,note\n3,wide,x\n',
      '4.csv': 'id,width,extra\n4,,5\n',
    });
    expect(profile.schemaDifferences).toEqual([
      {
        ...{ column: 'width', usual: 'DOUBLE', count: 1 },
        items: [{ item: '3.csv', type: 'VARCHAR' }],
      },
      {
        ...{ column: 'note', usual: null, count: 1 },
        items: [{ item: '3.csv', type: 'VARCHAR' }],
      },
      { column: 'extra', usual: null, count: 1, items: [{ item: '4.csv', type: 'BIGINT' }] },
    ]);
    expect(column(profile, 'width')).toMatchObject({ type: 'VARCHAR', rows: 4, missing: 1 });
    expect(column(profile, 'extra')).toMatchObject({ type: 'BIGINT', missing: 3 });
  });

  it('of Parquet whose schema changes between them are one table, and say which changed', async () => {
    const profile = await profileOf({
      'part-0.parquet': await parquet("select 1::bigint as id, 0.5::double as width, 'a' as note"),
      'part-1.parquet': await parquet('select 2::integer as id, 1.5::double as width'),
      'part-2.parquet': await parquet("select 3::bigint as id, 'wide' as width, 'b' as note"),
    });
    expect(profile).toMatchObject({ rows: 3, unread: [] });
    expect(profile.schemaDifferences).toEqual([
      {
        ...{ column: 'id', usual: 'BIGINT', count: 1 },
        items: [{ item: 'part-1.parquet', type: 'INTEGER' }],
      },
      {
        ...{ column: 'width', usual: 'DOUBLE', count: 1 },
        items: [{ item: 'part-2.parquet', type: 'VARCHAR' }],
      },
      { ...{ column: 'note', usual: 'VARCHAR', count: 1 }, items: [{ item: 'part-1.parquet', type: null }] },
    ]);
    expect(column(profile, 'width')).toMatchObject({ type: 'VARCHAR', missing: 0 });
  });

  it('of which one was cut off on the way are named, instead of read in part', async () => {
    const rows = `id,name\n${Array.from({ length: 5000 }, (_, n) => `${n},name ${n * 7919}`).join('\n')}\n`;
    const whole = gzipSync(rows);
    const file = await parquet('select range as id from range(10000)');
    const { unread, read } = await profileOf({
      'cut.csv.gz': whole.subarray(0, whole.length / 2),
      'cut.jsonl.gz': gzipSync('{"id": 1}\n'.repeat(5000)).subarray(0, 40),
      'cut.parquet': file.subarray(0, file.length / 2),
      'whole.csv.gz': whole,
    });
    expect(read.items).toEqual(['whole.csv.gz']);
    expect(unread.map(({ item }) => item)).toEqual(['cut.csv.gz', 'cut.jsonl.gz', 'cut.parquet']);
  });

  it('of which one cannot be read at all: a broken line of JSON, and what is not Parquet', async () => {
    const { unread } = await profileOf({
      'a.jsonl': '{"id": 1}\n{"id": 2\n',
      'b.parquet': 'PAR1, it says',
      'c.jsonl': '[1]\n',
      'd.csv': 'id\n1\n',
    });
    expect(unread).toMatchObject([
      { item: 'a.jsonl', line: expect.any(Number), reason: expect.stringContaining('Malformed JSON') },
      { item: 'b.parquet', line: null, reason: expect.stringContaining('magic bytes') },
      { item: 'c.jsonl', reason: expect.stringContaining('records') },
    ]);
  });
});

describe('what cannot be profiled', () => {
  it('is left out where the bytes are gone, and where there are too many of them', async () => {
    const [gone, large, small] = [
      await item('a-gone.csv', 'id\n0\n'),
      await item('b-large.csv', `id\n${'1\n'.repeat(100)}`),
      await item('c-small.csv', 'id\n1\n'),
    ];
    await objects.delete(blobKey(digestOf('id\n0\n')));
    const bounded = new TableProfiler({ objects, temporary, limits: { ...profilerLimits, bytes: 100 } });
    expect(await bounded.profile([gone, large, small])).toMatchObject({
      unread: [
        { item: 'a-gone.csv', why: 'erased' },
        { item: 'b-large.csv', why: 'too-large' },
      ],
      read: { items: ['c-small.csv'] },
    });
  });

  it('ends at a limit of time or memory, with its process', async () => {
    const limited = (limits: Partial<typeof profilerLimits>) =>
      new TableProfiler({ objects, temporary, limits: { ...profilerLimits, ...limits } });
    const rows = await item('rows.csv', `id\n${Array.from({ length: 200_000 }, (_, n) => n).join('\n')}\n`);
    await expect(limited({ withinMs: 1 }).profile([rows])).rejects.toMatchObject({
      code: 'tables_too_large',
    });
    await expect(limited({ memoryMegabytes: 2, diskMegabytes: 1 }).profile([rows])).rejects.toMatchObject({
      code: 'tables_too_large',
      message: expect.stringContaining('2 MB of memory'),
    });
    expect(await readdir(temporary)).toEqual([]);
  });

  it('is no table at all', async () => {
    expect(await profiler.profile([await item('face.jpg', 'light')])).toBeNull();
  });
});

it('gives DuckDB one folder, and nothing else to read, write, load or change', async () => {
  const folder = await mkdtemp(join(root, 'visavox-tables-walled-'));
  const statements = [
    `select * from read_text('${join(root, 'objects.key')}')`,
    `select * from read_text('${join(folder, '..', 'objects.key')}')`,
    `copy (select 1) to '${join(root, 'elsewhere.csv')}'`,
    `attach '${join(root, 'elsewhere.duckdb')}'`,
    `select * from read_csv('https://example.org/a.csv')`,
    'install httpfs',
    'load httpfs',
    'set enable_external_access = true',
    `set allowed_directories = ['/']`,
  ];
  const program = `
    const { openDatabase } = await import(${JSON.stringify(new URL('./duckdb.mjs', import.meta.url).href)});
    const { rows } = await openDatabase(${JSON.stringify(folder)}, { memoryMegabytes: 100, diskMegabytes: 100, threads: 1 });
    const refused = [];
    for (const statement of ${JSON.stringify(statements)}) refused.push(await rows(statement).then(() => false, () => true));
    console.log(JSON.stringify(refused));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(JSON.parse(stdout)).toEqual(statements.map(() => true));
});

it('removes its folder and ends where whoever started it is gone', async () => {
  const folder = await mkdtemp(join(root, 'visavox-tables-left-'));
  await writeFile(join(folder, '0.table'), 'deciphered');
  const child = fork(fileURLToPath(new URL('./table-process.mjs', import.meta.url)), {
    ...{ cwd: folder, execArgv: [] },
  });
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  await expect(access(folder)).rejects.toThrow('ENOENT');
});

it('removes what it wrote when it is closed in between', async () => {
  const closed = new TableProfiler({ objects, temporary });
  const asked = closed.profile([await item('a.csv', `id\n${'1\n'.repeat(500_000)}`)]);
  const refused = expect(asked).rejects.toThrow();
  while ((await readdir(temporary)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await closed.close();
  await refused;
  expect(await readdir(temporary)).toEqual([]);
});

it('is no program for a folder of somebody else: nothing of it is removed', async () => {
  const folder = await mkdtemp(join(root, 'of-somebody-'));
  await writeFile(join(folder, 'thesis.txt'), 'all of it');
  const program = fileURLToPath(new URL('./table-process.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('started by the server');
  expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('all of it');
});
