import { DatasetSplit, type KeptSplit } from '@visavox/core/dataset-split';
import { canonicalJson, type Digest } from '@visavox/core/digest';
import { getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** Splits are blobs; the rows say which version has which, and which versions their parts are. */
export class SqlSplitStore {
  readonly #db: Kysely<PlatformTables>;
  readonly #objects: ObjectStore;

  constructor(db: Kysely<PlatformTables>, objects: ObjectStore) {
    this.#db = db;
    this.#objects = objects;
  }

  /** Returns the split that is kept under this name: another one stays, where somebody was quicker. */
  async save(split: DatasetSplit, at: Date): Promise<KeptSplit> {
    const { dataset, name, parts } = split;
    const digest = await putBlob(this.#objects, new TextEncoder().encode(canonicalJson(split)));
    await this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('dataset_splits')
        .values({ dataset, name, split: digest, created_at: at })
        .onConflict((conflict) => conflict.columns(['dataset', 'name']).doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 0n) return;
      const rows = parts.map(({ part, dataset: version }, position) => ({
        ...{ dataset, split: name, part, version, position },
      }));
      await transaction.insertInto('dataset_parts').values(rows).execute();
    });
    const kept = (await this.list(dataset)).find((one) => one.split.name === name);
    if (!kept) throw new TypeError(`the split ${name} of ${dataset} is gone already`);
    return kept;
  }

  /** By name. */
  async list(dataset: Digest): Promise<readonly KeptSplit[]> {
    const rows = await this.#db
      .selectFrom('dataset_splits')
      .where('dataset', '=', dataset)
      .orderBy('name')
      .select(['split', 'created_at'])
      .execute();
    return Promise.all(rows.map((row) => this.#read(row.split as Digest, row.created_at)));
  }

  /** The newest split of this name of another version of the dataset. */
  async newestOf(dataset: string, name: string, except: Digest): Promise<KeptSplit | undefined> {
    const row = await this.#db
      .selectFrom('dataset_splits')
      .innerJoin('dataset_versions', 'dataset_versions.digest', 'dataset_splits.dataset')
      .where('dataset_versions.name', '=', dataset)
      .where('dataset_splits.name', '=', name)
      .where('dataset_splits.dataset', '!=', except)
      .orderBy('dataset_splits.created_at', 'desc')
      .select(['dataset_splits.split', 'dataset_splits.created_at'])
      .executeTakeFirst();
    return row && this.#read(row.split as Digest, row.created_at);
  }

  async #read(digest: Digest, createdAt: Date): Promise<KeptSplit> {
    const bytes = await getBlob(this.#objects, digest, `the split ${digest}`);
    const split = DatasetSplit.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { digest, createdAt: createdAt.toISOString(), split };
  }
}
