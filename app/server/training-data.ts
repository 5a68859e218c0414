import { type DatasetItem, type DatasetVersion, datasetVersion } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { DatasetStore } from '@visavox/core/ports';
import type { Kysely } from 'kysely';
import type { ApplicationTables } from './tables.ts';

export const datasetName = 'recordings';

/** The samples that people gave, as the dataset that the recogniser is trained on. */
export class TrainingData {
  readonly #db: Kysely<ApplicationTables>;
  readonly #datasets: DatasetStore;
  /** The keys of the dataset that was last counted from; manifests never change. */
  #counted: { readonly since: Digest; readonly keys: ReadonlySet<string> } | undefined;

  constructor(resources: { db: Kysely<ApplicationTables>; datasets: DatasetStore }) {
    this.#db = resources.db;
    this.#datasets = resources.datasets;
  }

  /** Freezes all samples into a dataset version; without new ones, it is the version that there was. */
  async snapshot(): Promise<DatasetVersion> {
    const rows = await this.#db.selectFrom('samples').selectAll().orderBy('id').execute();
    if (rows.length === 0) {
      throw new UserError({
        kind: 'conflict',
        code: 'no_samples',
        message: 'nobody is enrolled, so there is nothing to train on',
        action: 'Enrol people first.',
      });
    }
    const items = rows.map(
      (row): DatasetItem => ({
        key: row.id,
        digest: Digest.parse(row.digest),
        bytes: row.bytes,
        mediaType: row.media_type,
        labels: { person: row.person, modality: row.modality },
        provenance: {
          source: row.source,
          consent: row.consent,
          capturedAt: row.captured_at.toISOString(),
          ...(row.attempt === null ? {} : { attempt: row.attempt }),
        },
      }),
    );
    const dataset = datasetVersion(datasetName, items);
    await this.#datasets.save(dataset);
    return dataset;
  }

  /** How many samples, and people without any sample, that dataset does not hold yet. */
  async countNew(since: Digest | null): Promise<{ people: number; samples: number }> {
    const known = since ? await this.#keysOf(since) : new Set<string>();
    const rows = await this.#db.selectFrom('samples').select(['id', 'person']).execute();
    const before = new Set(rows.filter((row) => known.has(row.id)).map((row) => row.person));
    const fresh = rows.filter((row) => !known.has(row.id));
    const people = new Set(fresh.filter((row) => !before.has(row.person)).map((row) => row.person));
    return { people: people.size, samples: fresh.length };
  }

  async #keysOf(dataset: Digest): Promise<ReadonlySet<string>> {
    if (this.#counted?.since !== dataset) {
      const { manifest } = await this.#datasets.get(dataset);
      this.#counted = { since: dataset, keys: new Set(manifest.items.map((item) => item.key)) };
    }
    return this.#counted.keys;
  }
}
