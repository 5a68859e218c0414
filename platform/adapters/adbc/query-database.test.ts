import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { Environments } from '@visavox/pipelines/environments/environments';
import { toolSettings } from '@visavox/pipelines/environments/tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnPostgres, type PostgresServer, startPostgres } from '../sql/test-databases.ts';
import { queryDatabase, withoutSecrets } from './query-database.ts';

const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '..', '..', '.visavox', 'setup');
const path = [join(setup, 'python', 'bin'), process.env.PATH].join(delimiter);
const environment = { PATH: path, HOME: process.env.HOME ?? '', ...toolSettings() };

let folder: string;
let environments: Environments;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-query-test-'));
  environments = new Environments({ folder: join(folder, 'environments'), environment });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ask = (from: string, query: string) =>
  queryDatabase(
    { from, query, to: join(folder, 'answer.parquet') },
    { environments, environment, log: () => {} },
  );

/** What was written. */
async function answer() {
  const connection = await (await DuckDBInstance.create()).connect();
  const result = await connection.runAndReadAll(`select * from '${join(folder, 'answer.parquet')}'`);
  connection.closeSync();
  return result.getRowObjectsJson();
}

describe('a query', { timeout: 300_000 }, () => {
  it('of SQLite is Parquet, and cannot write', async () => {
    const file = join(folder, 'birds.db');
    const script = `import sqlite3; c = sqlite3.connect(${JSON.stringify(file)}); c.execute("create table birds (name text, eggs integer)"); c.execute("insert into birds values ('owl', 3), ('wren', null)"); c.commit()`;
    await promisify(execFile)(join(setup, 'python', 'bin', 'python'), ['-c', script]);
    expect(await ask(file, 'select name, eggs from birds order by name')).toEqual({
      rows: 2,
      columns: ['name', 'eggs'],
    });
    expect(await answer()).toEqual([
      { name: 'owl', eggs: '3' },
      { name: 'wren', eggs: null },
    ]);
    const before = await readFile(file);
    await expect(ask(file, 'delete from birds')).rejects.toMatchObject({ code: 'query_failed' });
    expect((await readFile(file)).equals(before)).toBe(true);
    await expect(ask(file, 'select name, name from birds')).rejects.toThrow('it gives two columns name');
    await expect(ask(file, 'select feathers from birds')).rejects.toThrow(/no such column: feathers/);
  });

  it('of files is about the table data', async () => {
    await writeFile(join(folder, 'b.csv'), 'name,eggs\nowl,3\n');
    await writeFile(join(folder, 'c.csv'), 'name,eggs\nwren,6\n');
    expect(await ask(join(folder, '*.csv'), 'select sum(eggs)::bigint as eggs from data')).toMatchObject({
      rows: 1,
    });
    expect(await answer()).toEqual([{ eggs: '9' }]);
  });

  it('of what is no database, or not there, says so without the password', async () => {
    await writeFile(join(folder, 'letter.txt'), 'Dear all,');
    await expect(ask(join(folder, 'letter.txt'), 'select 1')).rejects.toThrow(
      'no database of SQLite or DuckDB',
    );
    await expect(ask('mysql://ada:secret@db/birds', 'select 1')).rejects.toThrow(
      'the query of mysql://db/birds gives nothing: it is no address of PostgreSQL',
    );
    const refused = await ask('postgresql://ada:s3cret@127.0.0.1:9/birds', 'select 1').catch(
      (error: Error) => error,
    );
    expect(refused).toMatchObject({ code: 'query_failed' });
    expect(String(refused)).not.toContain('s3cret');
    await expect(stat(join(folder, 'nothing'))).rejects.toThrow();
  });
});

describeOnPostgres('a query', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.remove());

  it('of a server is Parquet, and cannot write', async () => {
    expect(await ask(server.url, "select 'owl' as name, 3::bigint as eggs")).toMatchObject({ rows: 1 });
    expect(await answer()).toEqual([{ name: 'owl', eggs: '3' }]);
    await expect(ask(server.url, 'create table birds (name text)')).rejects.toThrow(/read-only transaction/);
  }, 120_000);
});

it('is kept with where it was asked, without who asked', () => {
  expect(withoutSecrets('postgresql://ada:s3cret@db.example:5432/birds?sslkey=x')).toBe(
    'postgresql://db.example:5432/birds',
  );
  expect(withoutSecrets('data/*.parquet')).toBe('data/*.parquet');
  expect(withoutSecrets('postgresql://ada:s3cret@[broken')).toBe('postgresql');
});
