import type { SweepStore } from '@visavox/core/ports';
import { Sweep } from '@visavox/core/sweep';
import type { Kysely } from 'kysely';
import { KeptRecords } from './kept-records.ts';
import type { PlatformTables } from './tables.ts';

export class SqlSweepStore implements SweepStore {
  readonly #db: Kysely<PlatformTables>;
  readonly #records: KeptRecords<Sweep>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
    this.#records = new KeptRecords(db, 'sweeps', (record) => Sweep.parse(record));
  }

  async create(sweep: Sweep): Promise<void> {
    const { id, state, createdAt } = sweep;
    await this.#db
      .insertInto('sweeps')
      .values({ id, state, created_at: new Date(createdAt), record: JSON.stringify(sweep) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  get(id: string): Promise<Sweep | undefined> {
    return this.#records.get(id);
  }

  list({ unfinished, ...filter }: { unfinished?: boolean; limit?: number }): Promise<readonly Sweep[]> {
    return this.#records.list({ ...filter, ...(unfinished && { states: ['running', 'canceling'] }) });
  }

  change(id: string, change: (sweep: Sweep) => Sweep): Promise<Sweep | undefined> {
    return this.#records.change(id, change);
  }
}
