import { SystemError } from '@visavox/core/errors';
import { Arm, ExperimentRecord, type Exposure } from '@visavox/core/experiment';
import type { ExperimentJournal, JournalEntry } from '@visavox/core/ports';
import { type Kysely, sql } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** Exposures and outcomes in one table, whose positions are the order in which they became durable. */
export class SqlExperimentJournal implements ExperimentJournal {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async expose(experiment: string, exposure: Exposure): Promise<Exposure> {
    const { key, arm, share } = exposure;
    await this.#inOrder(experiment, (db) =>
      db
        .insertInto('experiment_journal')
        .values({ experiment, key, request: null, arm, share, record: null })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst(),
    );
    const stands = (await this.exposuresOf(experiment, [key])).get(key);
    if (!stands) throw new SystemError(`the exposure of ${key} was not kept`);
    return stands;
  }

  async exposuresOf(experiment: string, keys: readonly string[]): Promise<ReadonlyMap<string, Exposure>> {
    if (keys.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('experiment_journal')
      .where('experiment', '=', experiment)
      .where('key', 'in', [...new Set(keys)])
      .where('request', 'is', null)
      .select(['key', 'arm', 'share'])
      .execute();
    return new Map(rows.map(({ key, arm, share }) => [key, { key, arm: Arm.parse(arm), share: share ?? 0 }]));
  }

  /** How many were exposed, by experiment; those without anybody are left out. */
  async people(experiments: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (experiments.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('experiment_journal')
      .where('experiment', 'in', experiments)
      .where('request', 'is', null)
      .groupBy('experiment')
      .select(({ fn }) => ['experiment', fn.countAll<string>().as('people')])
      .execute();
    return new Map(rows.map(({ experiment, people }) => [experiment, Number(people)]));
  }

  async record(experiment: string, records: readonly ExperimentRecord[]): Promise<number> {
    if (records.length === 0) return 0;
    const rows = records.map((record) => ({
      ...{ experiment, key: record.key, request: record.request, arm: null, share: null },
      record: JSON.stringify(record),
    }));
    const { numInsertedOrUpdatedRows } = await this.#inOrder(experiment, (db) =>
      db
        .insertInto('experiment_journal')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst(),
    );
    return Number(numInsertedOrUpdatedRows ?? 0);
  }

  async read(experiment: string, after: number, limit: number): Promise<readonly JournalEntry[]> {
    const rows = await this.#db
      .selectFrom('experiment_journal')
      .where('experiment', '=', experiment)
      .where('position', '>', String(after))
      .orderBy('position')
      .limit(limit)
      .select(['position', 'key', 'arm', 'share', 'record'])
      .execute();
    return rows.map(({ position, key, arm, share, record }) => {
      const at = { position: Number(position) };
      return record === null
        ? { ...at, exposure: { key, arm: Arm.parse(arm), share: share ?? 0 } }
        : { ...at, record: ExperimentRecord.parse(record) };
    });
  }

  /**
   * Positions are given out before rows are seen: without a lock, whoever reads on from a position may pass over one that
   * is still being written.
   */
  #inOrder<T>(experiment: string, write: (db: Kysely<PlatformTables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (db) => {
      await sql`select 1 from experiments where id = ${experiment} for update`.execute(db);
      return write(db);
    });
  }
}
