import { UserError } from '@visavox/core/errors';
import { Experiment } from '@visavox/core/experiment';
import type { ExperimentStore } from '@visavox/core/ports';
import type { Kysely } from 'kysely';
import { KeptRecords } from './kept-records.ts';
import type { PlatformTables } from './tables.ts';

export class SqlExperimentStore implements ExperimentStore {
  readonly #db: Kysely<PlatformTables>;
  readonly #records: KeptRecords<Experiment>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
    this.#records = new KeptRecords(db, 'experiments', (record) => Experiment.parse(record));
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

  get(id: string): Promise<Experiment | undefined> {
    return this.#records.get(id);
  }

  list({
    unfinished,
    place,
    ...filter
  }: Parameters<ExperimentStore['list']>[0]): Promise<readonly Experiment[]> {
    return this.#records.list({
      ...filter,
      ...(unfinished && { states: ['running', 'deciding'] }),
      ...(place && { where: { model: place.model, environment: place.environment } }),
    });
  }

  change(id: string, change: (experiment: Experiment) => Experiment): Promise<Experiment | undefined> {
    return this.#records.change(id, change);
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
