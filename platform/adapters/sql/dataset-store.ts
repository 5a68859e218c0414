import { DatasetManifest, type DatasetVersion } from '@visavox/core/dataset';
import { canonicalJson, type Digest, digestOf, shortDigest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { DatasetStore, ListedDataset } from '@visavox/core/ports';
import { type Kysely, sql } from 'kysely';
import type { PlatformTables } from './tables.ts';

const rowsAtOnce = 5000;

/** The manifests are blobs; the rows say which version holds which item, in both directions. */
export class SqlDatasetStore implements DatasetStore {
  readonly #db: Kysely<PlatformTables>;
  readonly #objects: ObjectStore;

  constructor(db: Kysely<PlatformTables>, objects: ObjectStore) {
    this.#db = db;
    this.#objects = objects;
  }

  save(dataset: DatasetVersion): Promise<void> {
    return this.#save(dataset, null);
  }

  /** A part of a version that was split: it is there, and neither listed nor the newest of its name. */
  savePart(dataset: DatasetVersion, of: Digest): Promise<void> {
    return this.#save(dataset, of);
  }

  async #save(dataset: DatasetVersion, partOf: Digest | null): Promise<void> {
    const { manifest } = dataset;
    const text = canonicalJson(manifest);
    if (digestOf(text) !== dataset.digest)
      throw new SystemError(
        `the manifest of dataset ${manifest.name} does not have the digest ${dataset.digest}`,
      );
    await putBlob(this.#objects, new TextEncoder().encode(text));
    await this.#db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('dataset_versions')
        .values({
          ...{ digest: dataset.digest, name: manifest.name, items: manifest.items.length },
          part_of: partOf,
        })
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 0n) {
        // What is a version by itself already stays one.
        if (partOf !== null) return;
        await transaction
          .updateTable('dataset_versions')
          .set({ saved: sql`nextval('dataset_versions_saved')`, part_of: null })
          .where('digest', '=', dataset.digest)
          .execute();
        return;
      }
      for (let start = 0; start < manifest.items.length; start += rowsAtOnce) {
        const rows = manifest.items
          .slice(start, start + rowsAtOnce)
          .map((item) => ({ dataset: dataset.digest, key: item.key, digest: item.digest }));
        await transaction.insertInto('dataset_items').values(rows).execute();
      }
    });
  }

  async get(digest: Digest): Promise<DatasetVersion> {
    const row = await this.#db
      .selectFrom('dataset_versions')
      .where('digest', '=', digest)
      .select('digest')
      .executeTakeFirst();
    if (!row) {
      const [tombstone] = await this.#db
        .selectFrom('dataset_tombstones')
        .where('dataset', '=', digest)
        .orderBy('id', 'desc')
        .limit(1)
        .select(['name', 'deleted_at', 'deleted_by', 'reason'])
        .execute();
      if (tombstone) throw deleted(digest, tombstone);
      throw new UserError({
        kind: 'not-found',
        code: 'unknown_dataset',
        message: `there is no dataset version ${digest}`,
        action: 'List the datasets to see their versions.',
      });
    }
    const text = new TextDecoder().decode(await getBlob(this.#objects, digest));
    return { digest, manifest: DatasetManifest.parse(JSON.parse(text)) };
  }

  async latest(name: string): Promise<Digest | undefined> {
    const row = await this.#db
      .selectFrom('dataset_versions')
      .where('name', '=', name)
      .where('part_of', 'is', null)
      .orderBy('saved', 'desc')
      .select('digest')
      .executeTakeFirst();
    return row && (row.digest as Digest);
  }

  /** Newest first. */
  async list(): Promise<readonly ListedDataset[]> {
    const rows = await this.#db
      .selectFrom('dataset_versions')
      .where('part_of', 'is', null)
      .orderBy('saved', 'desc')
      .select(['digest', 'name', 'items', 'created_at'])
      .execute();
    const splits = await this.#splits();
    return rows.map(({ created_at, digest, ...row }) => ({
      ...{ ...row, digest: digest as Digest, createdAt: created_at.toISOString() },
      splits: [...(splits.get(digest) ?? new Map())].map(([name, parts]) => ({ name, parts })),
    }));
  }

  /** By version, and then by name. */
  async #splits() {
    const rows = await this.#db
      .selectFrom('dataset_parts')
      .orderBy('split')
      .orderBy('position')
      .select(['dataset', 'split', 'part', 'version'])
      .execute();
    const found = new Map<string, Map<string, { part: string; dataset: Digest }[]>>();
    for (const { dataset, split, part, version } of rows) {
      const named = found.get(dataset) ?? new Map<string, { part: string; dataset: Digest }[]>();
      found.set(
        dataset,
        named.set(split, [...(named.get(split) ?? []), { part, dataset: version as Digest }]),
      );
    }
    return found;
  }

  /** The versions that hold these bytes, or an item of this key, oldest first. */
  async containing(item: { readonly key: string } | { readonly digest: Digest }): Promise<readonly Digest[]> {
    const rows = await this.#db
      .selectFrom('dataset_versions')
      .where('digest', 'in', (query) =>
        'key' in item
          ? query.selectFrom('dataset_items').where('key', '=', item.key).select('dataset')
          : query
              .selectFrom('dataset_items')
              .where('dataset_items.digest', '=', item.digest)
              .select('dataset'),
      )
      .orderBy('saved')
      .select('digest')
      .execute();
    return rows.map((row) => row.digest);
  }
}

function deleted(
  digest: Digest,
  {
    name,
    deleted_at: at,
    deleted_by: by,
    reason,
  }: { name: string; deleted_at: Date; deleted_by: string; reason: string },
): UserError {
  const day = at.toISOString().slice(0, 10);
  return new UserError({
    kind: 'gone',
    code: 'dataset_deleted',
    message: `the version ${shortDigest(digest)} of ${name} was deleted on ${day} by ${by}: ${reason}`,
    action: 'Use another version of it, or import the same files again: they are the same version.',
  });
}
