import type { Digest } from '@visavox/core/digest';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** Which blob is the profile of a dataset version. */
export class SqlProfileIndex {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async find(dataset: Digest): Promise<Digest | undefined> {
    const row = await this.#db
      .selectFrom('dataset_profiles')
      .where('dataset', '=', dataset)
      .select('profile')
      .executeTakeFirst();
    return row && (row.profile as Digest);
  }

  /** Two servers may have computed it: either is right, and one whose blob is lost is replaced. */
  async save(dataset: Digest, profile: Digest): Promise<void> {
    await this.#db
      .insertInto('dataset_profiles')
      .values({ dataset, profile })
      .onConflict((conflict) => conflict.column('dataset').doUpdateSet({ profile }))
      .execute();
  }
}
