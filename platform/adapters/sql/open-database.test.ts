import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maintain } from './embedded-database.ts';
import { openDatabase } from './open-database.ts';
import { describeOnEachDatabase, newClusterFolder } from './test-databases.ts';

describe('a database in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newClusterFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps what was acknowledged, and no half of a transaction, when its process is killed', async () => {
    for (const afterNumbers of [1, 45, 130]) {
      const { child, acknowledged } = await startWriter(folder, afterNumbers);
      const inUse = openDatabase({ folder });
      await expect(inUse).rejects.toMatchObject({ code: 'database_in_use', details: { pid: child.pid } });
      child.kill('SIGKILL');
      await once(child, 'close');

      const { db, close } = await openDatabase({ folder });
      const { rows } = await sql<{ number: number; halves: number }>`
        select number, count(*) as halves from numbers group by number order by number`.execute(db);
      expect(rows.map((row) => row.number)).toEqual(rows.map((_, index) => index + 1));
      expect(rows.every((row) => row.halves === 2)).toBe(true);
      expect(rows.length).toBeGreaterThanOrEqual(acknowledged());
      await close();
    }
  }, 180_000);

  it('starts over when the process that made it was killed half-way', async () => {
    await rm(join(folder, 'cluster'), { recursive: true });
    await mkdir(join(folder, 'unfinished-x'));
    await writeFile(join(folder, 'unfinished-x', 'PG_VERSION'), 'half');
    await writeFile(
      join(folder, 'lock.json'),
      JSON.stringify({ pid: process.pid, started: 'before this process' }),
    );
    const { db, close } = await openDatabase({ folder });
    expect((await sql`show fsync`.execute(db)).rows).toEqual([{ fsync: 'on' }]);
    await close();
    expect(await readdir(folder)).toEqual(['cluster']);
  });

  it('is for one user at a time in the same process, too', async () => {
    const first = await openDatabase({ folder });
    await expect(openDatabase({ folder })).rejects.toMatchObject({ code: 'database_in_use' });
    await first.close();
    await (await openDatabase({ folder })).close();
  });

  it('keeps its write-ahead log short', async () => {
    const { db, close } = await openDatabase({ folder });
    const log = async () =>
      (await readdir(join(folder, 'cluster', 'pg_wal'))).filter((name) => /^\w{24}$/.test(name));
    await sql`create table bulk (text text)`.execute(db);
    for (let megabytes = 0; megabytes < 60; megabytes += 5)
      await sql`insert into bulk select string_agg(md5(random()::text), '') from generate_series(1, 160000)`.execute(
        db,
      );
    expect((await log()).length).toBeGreaterThan(3);
    await maintain(db);
    const before = (await sql<{ at: string }>`select pg_current_wal_lsn()::text as at`.execute(db)).rows;
    const { rows } = await sql<{
      at: string;
    }>`select redo_lsn::text as at from pg_control_checkpoint()`.execute(db);
    expect(rows[0]?.at.slice(0, -6)).toBe(before[0]?.at.slice(0, -6));
    await close();
  });
});

it('says so when no PostgreSQL server answers', async () => {
  const opening = openDatabase({ url: 'postgres://visavox@127.0.0.1:9/visavox' });
  await expect(opening).rejects.toMatchObject({ kind: 'unavailable', code: 'database_unavailable' });
});

describeOnEachDatabase('the one dialect', (database) => {
  it('reads and writes every type that the tables use alike', async () => {
    const { db } = database();
    const at = new Date('2026-03-01T10:00:00.123Z');
    const bytes = new Uint8Array([0, 1, 254, 255]);
    const list = JSON.stringify([1, 'two', { three: null }]);
    const { rows } = await sql<{ bytes: Uint8Array }>`
      select ${at}::timestamptz as at, ${list}::json as json, ${list}::jsonb as jsonb, ${bytes}::bytea as bytes,
        ${'text'}::text as text, ${7}::integer as integer, ${2 ** 40}::bigint as bigint, ${0.1}::float8 as float,
        ${true}::boolean as boolean, ${null}::text as nothing, count(*) as count`.execute(db);
    const { bytes: read, ...values } = rows[0] ?? { bytes: new Uint8Array() };
    expect(new Uint8Array(read)).toEqual(bytes);
    expect(values).toEqual({
      at,
      json: [1, 'two', { three: null }],
      jsonb: [1, 'two', { three: null }],
      text: 'text',
      integer: 7,
      bigint: 2 ** 40,
      float: 0.1,
      boolean: true,
      nothing: null,
      count: 1,
    });
  });

  it('shows nobody a transaction before it is over, and nothing of one that failed', async () => {
    const { db } = database();
    const count = async () => (await db.selectFrom('control_state').select('key').execute()).length;
    const failed = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('control_state').values({ key: 'a', value: '1' }).execute();
      throw new Error('changed my mind');
    });
    const [seen] = await Promise.all([count(), expect(failed).rejects.toThrow('changed my mind')]);
    expect(seen).toBe(0);
    expect(await count()).toBe(0);
  });

  it('goes on after a statement that failed', async () => {
    const { db } = database();
    await expect(sql`select * from nowhere`.execute(db)).rejects.toThrow('nowhere');
    await expect(
      db.transaction().execute((transaction) => sql`select 1/0`.execute(transaction)),
    ).rejects.toThrow('division by zero');
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  });

  it('takes many at once', async () => {
    const { db } = database();
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        db.transaction().execute(async (transaction) => {
          const value = String(index);
          await transaction.insertInto('control_state').values({ key: value, value }).execute();
          await transaction
            .updateTable('control_state')
            .set({ value: '-1' })
            .where('key', '=', value)
            .execute();
        }),
      ),
    );
    const rows = await db.selectFrom('control_state').select('value').execute();
    expect(rows).toHaveLength(60);
    expect(rows.every((row) => row.value === -1)).toBe(true);
  });
});

async function startWriter(folder: string, numbers: number) {
  const program = fileURLToPath(new URL('./killed-writer.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    written += text;
  });
  const count = () => written.split('\n').length - 1;
  while (count() < numbers) await once(child.stdout, 'data');
  return { child, acknowledged: () => Number(written.trimEnd().split('\n').at(-1)) };
}
