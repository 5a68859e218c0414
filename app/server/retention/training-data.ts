import { type DatasetItem, type DatasetVersion, datasetVersion } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { DatasetStore } from '@visavox/core/ports';
import { type Kysely, sql } from 'kysely';
import type { ApplicationTables } from '../tables.ts';

export const datasetName = 'recordings';

/** The samples that people gave who may sign in, as the dataset that the recogniser is trained on. */
export class TrainingData {
  readonly #db: Kysely<ApplicationTables>;
  readonly #datasets: DatasetStore;

  constructor(resources: { db: Kysely<ApplicationTables>; datasets: DatasetStore }) {
    this.#db = resources.db;
    this.#datasets = resources.datasets;
  }

  /** Freezes all samples into a dataset version; without new ones, it is the version that there was. */
  async snapshot(): Promise<DatasetVersion> {
    const rows = await this.#db
      .selectFrom('samples')
      .innerJoin('people', 'people.id', 'samples.person')
      .where('people.state', '=', 'active')
      .selectAll('samples')
      .select('people.identity')
      .orderBy('samples.id')
      .execute();
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
        labels: {
          person: row.person,
          modality: row.modality,
          ...(row.prompt === null ? {} : { prompt: row.prompt }),
          ...(row.identity === row.person ? {} : { identity: row.identity }),
        },
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

  /** How many samples, and people without any sample, that dataset does not hold yet. Who were found to be one count once. */
  async countNew(since: Digest | null): Promise<{ people: number; samples: number }> {
    const { rows } = await sql<{ people: number; samples: number }>`
      with held as (
        select samples.id, people.identity from samples
        join people on people.id = samples.person
        join dataset_items on dataset_items.key = samples.id where dataset_items.dataset = ${since}),
      fresh as (
        select people.identity from samples join people on people.id = samples.person
        where people.state = 'active' and not exists (select 1 from held where held.id = samples.id))
      select count(*)::int as samples,
        (select count(distinct identity)::int from fresh
         where not exists (select 1 from held where held.identity = fresh.identity)) as people
      from fresh`.execute(this.#db);
    return { people: rows[0]?.people ?? 0, samples: rows[0]?.samples ?? 0 };
  }
}
