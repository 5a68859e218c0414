import type { SweepStore } from '@visavox/core/ports';
import { Sweep } from '@visavox/core/sweep';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

export class SqlSweepStore implements SweepStore {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async create(sweep: Sweep): Promise<void> {
    const { id, state, createdAt } = sweep;
    await this.#db
      .insertInto('sweeps')
      .values({ id, state, created_at: new Date(createdAt), record: JSON.stringify(sweep) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  async get(id: string): Promise<Sweep | undefined> {
    const row = await this.#db.selectFrom('sweeps').where('id', '=', id).select('record').executeTakeFirst();
    return row && Sweep.parse(row.record);
  }

  async list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly Sweep[]> {
    let query = this.#db
      .selectFrom('sweeps')
      .select('record')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
    if (filter.unfinished) query = query.where('state', 'in', ['running', 'canceling']);
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return (await query.execute()).map(({ record }) => Sweep.parse(record));
  }

  async change(id: string, change: (sweep: Sweep) => Sweep): Promise<Sweep | undefined> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .selectFrom('sweeps')
        .where('id', '=', id)
        .select('record')
        .forUpdate()
        .executeTakeFirst();
      if (!row) return undefined;
      const changed = change(Sweep.parse(row.record));
      const { state } = changed;
      await db
        .updateTable('sweeps')
        .set({ state, record: JSON.stringify(changed) })
        .where('id', '=', id)
        .execute();
      return changed;
    });
  }
}
