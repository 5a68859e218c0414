import { resolve } from 'node:path';
import { messageOf, SystemError, UserError } from '@visavox/core/errors';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Database } from './database.ts';
import { DatabaseHealth } from './database-health.ts';
import type { PlatformTables } from './tables.ts';

/** `url`: a PostgreSQL server (`postgres://…`). `folder`: embedded, kept in that folder, for one process at a time. */
export type DatabaseLocation =
  | { readonly url: string }
  | { readonly folder: string }
  | { readonly memory: true };

export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  if ('url' in location) return openServer(location.url);
  // Loaded where it is used: a process with a server needs no PostgreSQL of its own.
  const { openFolder, openMemory } = await import('./embedded-database.ts');
  return 'folder' in location ? openFolder(resolve(location.folder)) : openMemory();
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
  const health = new DatabaseHealth();
  const db = new Kysely<PlatformTables>({ dialect: new PostgresDialect({ pool }), log: health.notice });
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
  return { kind: 'postgresql', db, check: () => health.check(db), close: () => db.destroy() };
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
