import type { ControlState } from '@visavox/control/controller-resources';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** A value of JSON under a key. */
export class SqlControlState implements ControlState {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async get(key: string): Promise<unknown> {
    const row = await this.#db
      .selectFrom('control_state')
      .where('key', '=', key)
      .select('value')
      .executeTakeFirst();
    return row?.value;
  }

  async set(key: string, value: unknown): Promise<void> {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`not representable in JSON: ${String(value)}`);
    await this.#db
      .insertInto('control_state')
      .values({ key, value: text })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
      .execute();
  }
}
