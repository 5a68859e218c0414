import type { Digest } from '@visavox/core/digest';
import type { ModelDescription } from '@visavox/core/model-description';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** What follows from a bundle and is kept: what its files say, and the signature over them. */
export class SqlBundleFacts {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async description(bundle: Digest): Promise<unknown> {
    const row = await this.#db
      .selectFrom('bundle_descriptions')
      .where('bundle', '=', bundle)
      .select('description')
      .executeTakeFirst();
    return row?.description;
  }

  async describe(bundle: Digest, description: ModelDescription): Promise<void> {
    const values = { description: JSON.stringify(description) };
    await this.#db
      .insertInto('bundle_descriptions')
      .values({ bundle, ...values })
      .onConflict((conflict) => conflict.column('bundle').doUpdateSet(values))
      .execute();
  }

  async signature(
    bundle: Digest,
  ): Promise<{ readonly signature: unknown; readonly signedAt: string } | undefined> {
    const row = await this.#db
      .selectFrom('bundle_signatures')
      .where('bundle', '=', bundle)
      .selectAll()
      .executeTakeFirst();
    return row && { signature: row.signature, signedAt: row.signed_at.toISOString() };
  }

  /** The first signature stays. */
  async sign(bundle: Digest, signature: unknown): Promise<void> {
    await this.#db
      .insertInto('bundle_signatures')
      .values({ bundle, signature: JSON.stringify(signature) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
