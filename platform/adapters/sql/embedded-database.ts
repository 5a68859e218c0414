import { mkdir } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { UserError } from '@visavox/core/errors';
import { Kysely, sql } from 'kysely';
import { lockFolder } from '../processes/folder-lock.ts';
import type { Database } from './database.ts';
import { DatabaseHealth } from './database-health.ts';
import { openCluster, openMemoryCluster } from './embedded-cluster.ts';
import { PgliteDialect } from './pglite-dialect.ts';
import type { PlatformTables } from './tables.ts';

/** For one process at a time. */
export async function openFolder(folder: string): Promise<Database> {
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

export async function openMemory(): Promise<Database> {
  return embedded(await openMemoryCluster(), async () => undefined);
}

const maintenanceEveryMs = 10 * 60 * 1000;
const checkpointAfterBytes = 32 << 20;

function embedded(pglite: PGlite, afterwards: () => Promise<void>): Database {
  const health = new DatabaseHealth();
  const db = new Kysely<PlatformTables>({ dialect: new PgliteDialect(pglite), log: health.notice });
  const timer = setInterval(() => void maintain(db), maintenanceEveryMs);
  timer.unref();
  return {
    kind: 'embedded',
    db,
    check: () => health.check(db),
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
