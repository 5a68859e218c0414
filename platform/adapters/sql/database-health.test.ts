import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { platformMigrations } from './platform-migrations.ts';
import { describeOnEachDatabase, newClusterFolder } from './test-databases.ts';

describeOnEachDatabase('the health of a database', (database) => {
  it('is good after the faults of callers', async () => {
    await expect(sql`select * from nothing`.execute(database().db)).rejects.toThrow();
    await database().check();
  });

  it('is good again once what failed works', async () => {
    const readOnly = sql`set default_transaction_read_only = on`;
    await database()
      .db.connection()
      .execute(async (connection) => {
        await readOnly.execute(connection);
        await expect(sql`delete from runs`.execute(connection)).rejects.toThrow('read-only');
        await sql`set default_transaction_read_only = off`.execute(connection);
      });
    await database().check();
  });
});

describe('the health of an embedded database', () => {
  let folder: string;
  let database: Database;
  beforeEach(async () => {
    folder = await newClusterFolder();
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(at: string): Promise<void> {
    database = await openDatabase({ folder: at });
    await migrate(database.db, [platformMigrations]);
  }

  it('is bad from when somebody came upon a damaged page until it can be read again', async () => {
    await open(folder);
    await sql`create table notes as select repeat('x', 500) as note from generate_series(1, 100)`.execute(
      database.db,
    );
    const { rows } = await sql<{ path: string }>`select pg_relation_filepath('notes') as path`.execute(
      database.db,
    );
    await sql`checkpoint`.execute(database.db);
    await database.close();
    const page = pageOf(join(folder, 'cluster', rows[0]?.path ?? ''));
    const whole = page.swap(Buffer.alloc(page.bytes, 'damage'));
    await open(folder);
    await database.check();
    await expect(sql`select * from notes`.execute(database.db)).rejects.toThrow('invalid page');
    await expect(database.check()).rejects.toThrow('invalid page in block 1');
    await expect(database.check()).rejects.toThrow('invalid page in block 1');
    page.swap(whole);
    await database.check();
  });

  it.skipIf(!canMount())('is bad while the disk is full', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'visavox-disk-'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=90m', 'tmpfs', disk]);
    try {
      await cp(folder, disk, { recursive: true });
      await open(disk);
      await database.check();
      const filler = join(disk, 'filler');
      await expect(writeFile(filler, Buffer.alloc(90 << 20))).rejects.toThrow('ENOSPC');
      const much = sql`create table notes as select repeat('x', 500) as note from generate_series(1, 10000)`;
      await expect(much.execute(database.db)).rejects.toMatchObject({ code: '53100' });
      await expect(database.check()).rejects.toThrow('No space left');
      await rm(filler);
      await database.check();
      await database.close();
    } finally {
      spawnSync('umount', [disk]);
      await rm(disk, { recursive: true });
    }
  });
});

/** The second page of a file. */
function pageOf(file: string) {
  const bytes = 8192;
  return {
    bytes,
    /** Returns what was there before. */
    swap(content: Uint8Array): Buffer {
      const before = Buffer.alloc(bytes);
      const descriptor = openSync(file, 'r+');
      readSync(descriptor, before, 0, bytes, bytes);
      writeSync(descriptor, content, 0, bytes, bytes);
      closeSync(descriptor);
      return before;
    },
  };
}

function canMount(): boolean {
  return (
    process.platform === 'linux' &&
    spawnSync('unshare', ['-m', 'true']).status === 0 &&
    process.getuid?.() === 0
  );
}
