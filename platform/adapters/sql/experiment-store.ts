import { UserError } from '@visavox/core/errors';
import { Experiment } from '@visavox/core/experiment';
import type { ExperimentStore } from '@visavox/core/ports';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

export class SqlExperimentStore implements ExperimentStore {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async create(experiment: Experiment): Promise<void> {
    const { id, model, environment, state, createdAt } = experiment;
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('experiments')
      .values({
        ...{ id, model, environment, state },
        created_at: new Date(createdAt),
        record: JSON.stringify(experiment),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (Number(numInsertedOrUpdatedRows) === 0) throw oneRuns(experiment);
  }

  async get(id: string): Promise<Experiment | undefined> {
    const row = await this.#db
      .selectFrom('experiments')
      .where('id', '=', id)
      .select('record')
      .executeTakeFirst();
    return row && Experiment.parse(row.record);
  }

  async list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly Experiment[]> {
    let query = this.#db
      .selectFrom('experiments')
      .select('record')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
    if (filter.unfinished) query = query.where('state', '!=', 'ended');
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return (await query.execute()).map(({ record }) => Experiment.parse(record));
  }

  async change(id: string, change: (experiment: Experiment) => Experiment): Promise<Experiment | undefined> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .selectFrom('experiments')
        .where('id', '=', id)
        .select('record')
        .forUpdate()
        .executeTakeFirst();
      if (!row) return undefined;
      const changed = change(Experiment.parse(row.record));
      const { state } = changed;
      await db
        .updateTable('experiments')
        .set({ state, record: JSON.stringify(changed) })
        .where('id', '=', id)
        .execute();
      return changed;
    });
  }
}

function oneRuns({ model, environment }: Experiment): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'experiment_running',
    message: `an experiment with ${model} runs in ${environment} already`,
    action: 'Wait for its end, or stop it: visavox experiments stop ID.',
  });
}
