import { sql } from 'kysely';
import type { Database } from './database.ts';

export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs work of one name one at a time among all processes on this database. An embedded database has one process. */
export function databaseLock({ kind, db }: Database, name: string): Exclusively {
  if (kind === 'embedded') return (work) => work();
  return (work) =>
    db.connection().execute(async (connection) => {
      await sql`select pg_advisory_lock(hashtextextended(${name}, 0))`.execute(connection);
      try {
        return await work();
      } finally {
        await sql`select pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(connection);
      }
    });
}
