import type { Modality } from '@visavox/recognition/bundle-parts';
import { type Kysely, sql } from 'kysely';
import type { ApplicationTables, Decision, SampleSource } from './tables.ts';

export interface SampleRecord {
  readonly id: string;
  readonly person: string;
  readonly modality: Modality;
  readonly digest: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly capturedAt: Date;
  readonly source: SampleSource;
  readonly attempt: string | null;
  readonly consent: string;
}

const shownDays = 30;

/** Figures for operators. */
export class Overview {
  readonly #db: Kysely<ApplicationTables>;

  constructor(resources: { db: Kysely<ApplicationTables> }) {
    this.#db = resources.db;
  }

  async counts(): Promise<{ people: number; samples: number }> {
    return this.#db
      .selectNoFrom([
        sql<number>`(select count(*)::int from people)`.as('people'),
        sql<number>`(select count(*)::int from samples)`.as('samples'),
      ])
      .executeTakeFirstOrThrow();
  }

  /** Of the last thirty days, by day (UTC) and decision. */
  async attemptsByDay(): Promise<{ day: string; decision: Decision; count: number }[]> {
    const day = sql<string>`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')`;
    return this.#db
      .selectFrom('attempts')
      .select([day.as('day'), 'decision', sql<number>`count(*)::int`.as('count')])
      .where('created_at', '>', new Date(Date.now() - shownDays * 86_400_000))
      .groupBy([sql`1`, 'decision'])
      .orderBy('day')
      .orderBy('decision')
      .execute();
  }

  /** Newest first. */
  async samples(filter: { limit: number; person?: string | undefined }): Promise<SampleRecord[]> {
    let query = this.#db
      .selectFrom('samples')
      .selectAll()
      .orderBy('captured_at', 'desc')
      .orderBy('person')
      .orderBy('position')
      .limit(filter.limit);
    if (filter.person !== undefined) query = query.where('person', '=', filter.person);
    return (await query.execute()).map((row) => ({
      id: row.id,
      person: row.person,
      modality: row.modality,
      digest: row.digest,
      bytes: row.bytes,
      mediaType: row.media_type,
      capturedAt: row.captured_at,
      source: row.source,
      attempt: row.attempt,
      consent: row.consent,
    }));
  }
}
