import { UserError } from '@visavox/core/errors';
import { type Kysely, type Migration, sql } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** Any number, the same in every process: who holds it migrates. */
const lock = 4_600_177_013;

type MigrationTables = { migrations: { name: string; applied_at: Date } };

/**
 * Brings the database up to date, a transaction a migration. Each set is applied in its own order, the sets one
 * after the other. Processes that start at once wait for each other; a database that is newer is refused.
 */
export async function migrate(
  database: Kysely<PlatformTables>,
  sets: readonly Readonly<Record<string, Migration>>[],
): Promise<void> {
  const db = database.withTables<MigrationTables>();
  const migrations = sets.flatMap((set) => Object.entries(set));
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(transaction);
    await sql`create table if not exists migrations (
      name text primary key, applied_at timestamptz not null default now())`.execute(transaction);
    const applied = await transaction.selectFrom('migrations').select('name').execute();
    const unknown = applied.filter(({ name }) => !migrations.some(([known]) => known === name));
    if (unknown.length > 0) throw newer(unknown.map(({ name }) => name));
  });
  for (const [name, migration] of migrations) {
    await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(transaction);
      const done = await transaction
        .selectFrom('migrations')
        .where('name', '=', name)
        .select('name')
        .executeTakeFirst();
      if (done) return;
      await migration.up(transaction);
      await transaction.insertInto('migrations').values({ name, applied_at: new Date() }).execute();
    });
  }
}

function newer(names: readonly string[]): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'database_newer',
    message: `the database was written by a newer version of this program (${names.join(', ')})`,
    action: 'Start the newer version, or restore a backup from before the update.',
  });
}
