import { type Kysely, sql } from 'kysely';
import type { Json, PlatformTables } from './tables.ts';

/** Tables whose rows are a record, with its id, its state and when it was made beside it. */
interface RecordTables {
  records: { id: string; state: string; created_at: Date; record: Json<unknown> };
}

/** Records that are read and changed whole. */
export class KeptRecords<Kept extends { readonly id: string; readonly state: string }> {
  readonly #db: Kysely<RecordTables>;
  readonly #table: 'records';
  readonly #parse: (record: unknown) => Kept;

  constructor(db: Kysely<PlatformTables>, table: 'sweeps' | 'experiments', parse: (record: unknown) => Kept) {
    // Of either table nothing is used here but what both have.
    this.#db = db as unknown as Kysely<RecordTables>;
    this.#table = table as string as 'records';
    this.#parse = parse;
  }

  async get(id: string): Promise<Kept | undefined> {
    const row = await this.#db
      .selectFrom(this.#table)
      .where('id', '=', id)
      .select('record')
      .executeTakeFirst();
    return row && this.#parse(row.record);
  }

  /** Newest first; in these states alone, and with these values of columns that the table has besides, where they are named. */
  async list({
    states,
    limit,
    where = {},
  }: {
    states?: readonly string[];
    limit?: number;
    where?: Readonly<Record<string, string>>;
  }): Promise<readonly Kept[]> {
    let query = this.#db
      .selectFrom(this.#table)
      .select('record')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
    if (states) query = query.where('state', 'in', [...states]);
    for (const [column, value] of Object.entries(where)) query = query.where(sql.ref(column), '=', value);
    if (limit !== undefined) query = query.limit(limit);
    return (await query.execute()).map(({ record }) => this.#parse(record));
  }

  /** In one transaction. Returns the record as it is afterwards; undefined where there is none. */
  change(id: string, change: (record: Kept) => Kept): Promise<Kept | undefined> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .selectFrom(this.#table)
        .where('id', '=', id)
        .select('record')
        .forUpdate()
        .executeTakeFirst();
      if (!row) return undefined;
      const changed = change(this.#parse(row.record));
      const { state } = changed;
      await db
        .updateTable(this.#table)
        .set({ state, record: JSON.stringify(changed) })
        .where('id', '=', id)
        .execute();
      return changed;
    });
  }
}
