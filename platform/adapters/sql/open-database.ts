import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { messageOf, SystemError, UserError } from '@visavox/core/errors';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { lockFolder } from '../processes/folder-lock.ts';
import { openCluster, openMemoryCluster } from './embedded-cluster.ts';
import { PgliteDialect } from './pglite-dialect.ts';
import type { PlatformTables } from './tables.ts';

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Kysely<PlatformTables>;
  close(): Promise<void>;
}

/** `url`: a PostgreSQL server (`postgres://…`). `folder`: embedded, kept in that folder, for one process at a time. */
export type DatabaseLocation =
  | { readonly url: string }
  | { readonly folder: string }
  | { readonly memory: true };

export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  if ('url' in location) return openServer(location.url);
  if ('folder' in location) return openFolder(resolve(location.folder));
  return embedded(await openMemoryCluster(), async () => undefined);
}

async function openFolder(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  if ('heldBy' in lock) {
    throw new UserError({
      kind: 'conflict',
      code: 'database_in_use',
      message: `the database in ${folder} is open in another process (${lock.heldBy.pid})`,
      action: `Stop process ${lock.heldBy.pid} first, or use the server that it runs.`,
      details: { folder, pid: lock.heldBy.pid },
    });
  }
  try {
    return embedded(await openCluster(folder), lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

const maintenanceEveryMs = 10 * 60 * 1000;
const checkpointAfterBytes = 32 << 20;

function embedded(pglite: PGlite, afterwards: () => Promise<void>): Database {
  const db = new Kysely<PlatformTables>({ dialect: new PgliteDialect(pglite) });
  const timer = setInterval(() => void maintain(db), maintenanceEveryMs);
  timer.unref();
  return {
    kind: 'embedded',
    db,
    close: async () => {
      clearInterval(timer);
      await db.destroy();
      await afterwards();
    },
  };
}

/**
 * PostgreSQL's background workers do not exist inside one process: without this, the write-ahead log
 * and dead rows would pile up until the next start.
 */
export async function maintain(db: Kysely<PlatformTables>): Promise<void> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()`.execute(
    db,
  );
  if ((rows[0]?.bytes ?? 0) < checkpointAfterBytes) return;
  await sql`vacuum (analyze)`.execute(db);
  await sql`checkpoint`.execute(db);
}

/**
 * Told to the server: a machine that vanishes without a word gives its locks back within half a minute, not after the
 * two hours that TCP waits by default. Without effect on a local socket.
 */
export const noticeVanishedClients =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

async function openServer(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    types: { getTypeParser },
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    application_name: 'visavox',
    options: noticeVanishedClients,
  });
  // A connection that breaks is replaced by the next query, which reports what is wrong: one that is idle reports to
  // the pool, one that a transaction holds between two statements to nobody, which would end this process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db = new Kysely<PlatformTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await sql`select 1`.execute(db);
  } catch (cause) {
    await db.destroy();
    throw new UserError({
      kind: 'unavailable',
      code: 'database_unavailable',
      message: `the PostgreSQL server does not answer: ${messageOf(cause)}`,
      action: 'Check that it runs, and that the URL, the user and the password are right.',
      cause,
    });
  }
  return { kind: 'postgresql', db, close: () => db.destroy() };
}

/** Counts and sequences (`bigint`) are numbers, as they are from PGlite; the driver's own choice is text. */
const getTypeParser: typeof pg.types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === pg.types.builtins.INT8
    ? (text: string) => {
        const value = Number(text);
        if (!Number.isSafeInteger(value)) throw new SystemError(`not an exact number: ${text}`);
        return value;
      }
    : pg.types.getTypeParser(type, format === 'binary' ? 'binary' : 'text');
