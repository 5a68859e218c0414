import type { DatasetTombstone } from '@visavox/core/dataset-tombstone';
import type { Digest } from '@visavox/core/digest';
import { isUp } from '@visavox/core/release';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { PlatformTables } from './tables.ts';

/** What is to be removed after the rows are gone: manifests, whose items are, and blobs that were about the version. */
export const Remains = z.object({ manifests: z.array(z.string()), blobs: z.array(z.string()) });
export type Remains = z.infer<typeof Remains>;

export interface UnfinishedDeletion {
  readonly id: string;
  readonly remains: Remains;
}

const atOnce = 5000;

/** Deletes the rows of dataset versions, and remembers that they were there. */
export class SqlDeletedVersions {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  /** Runs that have begun and not ended with these versions, and models made from them whose releases serve or may come to. */
  async inUse(
    datasets: readonly string[],
  ): Promise<{ readonly runs: string[]; readonly released: string[] }> {
    const runs = await this.#db
      .selectFrom('run_datasets')
      .innerJoin('runs', 'runs.id', 'run_datasets.run')
      .where('dataset', 'in', datasets)
      .where('state', 'in', ['pending', 'running', 'canceling'])
      .select('runs.id')
      .distinct()
      .execute();
    const releases = await this.#db
      .selectFrom('run_datasets')
      .innerJoin('model_versions', 'model_versions.run', 'run_datasets.run')
      .innerJoin('releases', (join) =>
        join
          .onRef('releases.model', '=', 'model_versions.name')
          .onRef('releases.version', '=', 'model_versions.version'),
      )
      .where('dataset', 'in', datasets)
      .select(['releases.model', 'releases.version', 'releases.environment', 'releases.stage'])
      .execute();
    const released = releases
      .filter(isUp)
      .map(({ model, version, environment }) => `${model}:${version} in ${environment}`);
    return { runs: runs.map(({ id }) => id), released: [...new Set(released)].sort() };
  }

  /** The parts that a version was split into, and whether it is one itself. */
  async parts(dataset: string): Promise<{ readonly own: string[]; readonly isPart: boolean }> {
    const own = await this.#db
      .selectFrom('dataset_parts')
      .where('dataset', '=', dataset)
      .select('version')
      .execute();
    const of = await this.#db
      .selectFrom('dataset_parts')
      .where('version', '=', dataset)
      .select('version')
      .execute();
    return { own: [...new Set(own.map(({ version }) => version))], isPart: of.length > 0 };
  }

  /** In one transaction: the version with its parts is gone, and its tombstone there. */
  async bury(tombstone: Omit<DatasetTombstone, 'freed'>): Promise<void> {
    const { dataset } = tombstone;
    await this.#db.transaction().execute(async (transaction) => {
      const parts = await transaction
        .selectFrom('dataset_parts')
        .where('dataset', '=', dataset)
        .where('version', 'not in', (query) =>
          query.selectFrom('dataset_parts').where('dataset', '!=', dataset).select('version'),
        )
        .innerJoin('dataset_versions', 'dataset_versions.digest', 'dataset_parts.version')
        .where('part_of', 'is not', null)
        .select('version')
        .distinct()
        .execute();
      const manifests = [...parts.map(({ version }) => version), dataset];
      const remains: Remains = { manifests, blobs: await blobsAbout(transaction, manifests) };
      await transaction
        .insertInto('dataset_tombstones')
        .values({
          ...{ dataset, name: tombstone.name, items: tombstone.items, reason: tombstone.reason },
          ...{ created_at: new Date(tombstone.createdAt), deleted_at: new Date(tombstone.deletedAt) },
          ...{ deleted_by: tombstone.deletedBy, released: JSON.stringify(tombstone.released) },
          ...{ remains: JSON.stringify(remains), freed_blobs: null, freed_bytes: null },
        })
        .execute();
      await transaction.deleteFrom('dataset_validations').where('dataset', 'in', manifests).execute();
      await transaction.deleteFrom('dataset_versions').where('digest', 'in', manifests).execute();
    });
  }

  /** Those whose bytes are not removed yet. */
  async unfinished(): Promise<readonly UnfinishedDeletion[]> {
    const rows = await this.#db
      .selectFrom('dataset_tombstones')
      .where('freed_blobs', 'is', null)
      .orderBy('id')
      .select(['id', 'remains'])
      .execute();
    return rows.map(({ id, remains }) => ({ id: String(id), remains: Remains.parse(remains) }));
  }

  async finish(id: string, freed: { readonly blobs: number; readonly bytes: number }): Promise<void> {
    await this.#db
      .updateTable('dataset_tombstones')
      .set({
        freed_blobs: freed.blobs,
        freed_bytes: freed.bytes,
        remains: JSON.stringify({ manifests: [], blobs: [] }),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Newest first. */
  async list(name?: string): Promise<readonly DatasetTombstone[]> {
    const rows = await this.#db
      .selectFrom('dataset_tombstones')
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .orderBy('id', 'desc')
      .selectAll()
      .execute();
    return rows.map((row) => ({
      ...{ dataset: row.dataset as Digest, name: row.name, items: row.items, reason: row.reason },
      ...{ createdAt: row.created_at.toISOString(), deletedAt: row.deleted_at.toISOString() },
      ...{ deletedBy: row.deleted_by, released: z.array(z.string()).parse(row.released) },
      freed:
        row.freed_blobs === null ? null : { blobs: row.freed_blobs, bytes: Number(row.freed_bytes ?? 0) },
    }));
  }

  /** Which of these blobs are items of versions that are there, or those versions themselves. */
  async held(digests: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let start = 0; start < digests.length; start += atOnce) {
      const some = digests.slice(start, start + atOnce);
      const items = await this.#db
        .selectFrom('dataset_items')
        .where('digest', 'in', some)
        .select('digest')
        .distinct()
        .execute();
      const versions = await this.#db
        .selectFrom('dataset_versions')
        .where('digest', 'in', some)
        .select('digest')
        .execute();
      for (const { digest } of [...items, ...versions]) found.add(digest);
    }
    return found;
  }

  /** The records of runs and tasks, as texts; and the bundles of models. */
  async *records(): AsyncGenerator<string, void> {
    let after = '';
    for (;;) {
      const runs = await this.#db
        .selectFrom('runs')
        .where('id', '>', after)
        .orderBy('id')
        .limit(200)
        .select(['id', 'record'])
        .execute();
      for (const { record } of runs) yield JSON.stringify(record);
      const last = runs.at(-1);
      if (!last) break;
      after = last.id;
      const ids = runs.map(({ id }) => id);
      const tasks = await this.#db.selectFrom('run_tasks').where('run', 'in', ids).select('record').execute();
      for (const { record } of tasks) yield JSON.stringify(record);
    }
    const models = await this.#db.selectFrom('model_versions').select('bundle').execute();
    for (const { bundle } of models) yield bundle;
  }
}

/** What was computed of versions, which says something of what was in them. */
async function blobsAbout(db: Transaction<PlatformTables>, datasets: readonly string[]): Promise<string[]> {
  const profiles = await db
    .selectFrom('dataset_profiles')
    .where('dataset', 'in', datasets)
    .select('profile')
    .execute();
  const reports = await db
    .selectFrom('dataset_validations')
    .where('dataset', 'in', datasets)
    .select('report')
    .execute();
  const splits = await db
    .selectFrom('dataset_splits')
    .where('dataset', 'in', datasets)
    .select('split')
    .execute();
  return [
    ...profiles.map(({ profile }) => profile),
    ...reports.map(({ report }) => report),
    ...splits.map(({ split }) => split),
  ];
}
