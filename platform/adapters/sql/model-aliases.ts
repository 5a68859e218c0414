import type { AliasChange } from '@visavox/core/model-alias';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** Names that people give to versions, as a history that is only added to: what an alias means is its last change. */
export class SqlModelAliases {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async add(change: Omit<AliasChange, 'at'>): Promise<AliasChange> {
    const { model, alias, version, reason, by: actor } = change;
    const { at } = await this.#db
      .insertInto('model_alias_changes')
      .values({ model, alias, version, reason, actor })
      .returning('at')
      .executeTakeFirstOrThrow();
    return { ...change, at: at.toISOString() };
  }

  /** Newest first; of one model or, without its name, of all. */
  async history(model?: string): Promise<readonly AliasChange[]> {
    let query = this.#db.selectFrom('model_alias_changes').orderBy('id', 'desc').selectAll();
    if (model !== undefined) query = query.where('model', '=', model);
    return (await query.execute()).map(({ id: _, actor: by, at, ...change }) => ({
      ...change,
      ...{ by, at: at.toISOString() },
    }));
  }
}
