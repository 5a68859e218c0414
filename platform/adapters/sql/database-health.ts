import { messageOf } from '@visavox/core/errors';
import { type Kysely, type LogEvent, sql } from 'kysely';
import { isStorageFault } from '../storage-fault.ts';
import { SqlControlState } from './control-state.ts';
import type { PlatformTables } from './tables.ts';

const probeKey = 'health';
/** More than one page of a table, and than what is left of it in a file. */
const probeBytes = 1 << 20;

/**
 * Whether a database can do its work. That a query succeeds says little: pages that nobody reads may be damaged, and there
 * may be room for a row and none for the next. So the faults of everybody's queries are noticed, and count until all
 * that they were about was tried again.
 */
export class DatabaseHealth {
  #fault: string | undefined;

  /** For Kysely's log. */
  readonly notice = (event: LogEvent): void => {
    if (event.level === 'error' && isStorageFault(event.error)) this.#fault = messageOf(event.error);
  };

  /** Throws what is wrong. */
  async check(db: Kysely<PlatformTables>): Promise<void> {
    await new SqlControlState(db).set(probeKey, { at: new Date().toISOString() });
    if (this.#fault === undefined) return;
    const fault = this.#fault;
    try {
      await readAll(db);
      await writeMuch(db);
    } catch {
      throw new Error(fault);
    }
    this.#fault = undefined;
  }
}

async function readAll(db: Kysely<PlatformTables>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema()`.execute(db);
  for (const { name } of rows) await sql`select count(*) from ${sql.table(name)}`.execute(db);
}

/** Into a table that never was: the transaction is taken back. */
async function writeMuch(db: Kysely<PlatformTables>): Promise<void> {
  const undone = new Error('all of it was written');
  await db
    .transaction()
    .execute(async (trx) => {
      await sql`create table health_probe (content text)`.execute(trx);
      await sql`alter table health_probe alter column content set storage external`.execute(trx);
      await sql`insert into health_probe values (repeat('x', ${sql.lit(probeBytes)}))`.execute(trx);
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
}
