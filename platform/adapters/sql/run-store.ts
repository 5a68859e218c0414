import type { Digest } from '@visavox/core/digest';
import type { RunStore } from '@visavox/core/ports';
import { isFinished, RunRecord, RunState, TaskRecord } from '@visavox/core/run';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { PlatformTables } from './tables.ts';

const unfinished = RunState.options.filter((state) => !isFinished(state));
const RunWithoutTasks = RunRecord.omit({ tasks: true });

export class SqlRunStore implements RunStore {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async save(run: RunRecord): Promise<void> {
    const { tasks, ...record } = run;
    const rows = tasks.map((task, position) => ({
      run: run.id,
      position,
      state: task.state,
      cache_key: task.cacheKey,
      finished_at: task.finishedAt === null ? null : new Date(task.finishedAt),
      record: JSON.stringify(task),
    }));
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('runs')
        .values({
          id: run.id,
          state: run.state,
          created_at: new Date(run.createdAt),
          record: JSON.stringify(record),
        })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((update) => ({
            state: update.ref('excluded.state'),
            created_at: update.ref('excluded.created_at'),
            record: update.ref('excluded.record'),
          })),
        )
        .execute();
      await transaction
        .deleteFrom('run_tasks')
        .where('run', '=', run.id)
        .where('position', '>=', rows.length)
        .execute();
      if (rows.length > 0) {
        // A run is saved whenever one of its tasks moves; only that one's row is written again.
        await transaction
          .insertInto('run_tasks')
          .values(rows)
          .onConflict((conflict) =>
            conflict
              .columns(['run', 'position'])
              .doUpdateSet((update) => ({
                state: update.ref('excluded.state'),
                cache_key: update.ref('excluded.cache_key'),
                finished_at: update.ref('excluded.finished_at'),
                record: update.ref('excluded.record'),
              }))
              .where(sql<boolean>`run_tasks.record::text <> excluded.record::text`),
          )
          .execute();
      }
      await transaction.deleteFrom('run_datasets').where('run', '=', run.id).execute();
      const datasets = [...new Set(run.pins.datasets)].map((dataset) => ({ run: run.id, dataset }));
      if (datasets.length > 0) await transaction.insertInto('run_datasets').values(datasets).execute();
    });
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const row = await this.#db.selectFrom('runs').where('id', '=', id).select('record').executeTakeFirst();
    return row && (await this.#withTasks([row.record]))[0];
  }

  async list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly RunRecord[]> {
    let query = this.#db
      .selectFrom('runs')
      .select('record')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
    if (filter.unfinished) query = query.where('state', 'in', unfinished);
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return this.#withTasks((await query.execute()).map((row) => row.record));
  }

  async findCached(cacheKey: Digest): Promise<TaskRecord | undefined> {
    const row = await this.#db
      .selectFrom('run_tasks')
      .where('cache_key', '=', cacheKey)
      .where('state', '=', sql.lit('succeeded' as const))
      .orderBy('finished_at', (order) => order.desc().nullsLast())
      .select('record')
      .executeTakeFirst();
    return row && TaskRecord.parse(row.record);
  }

  async #withTasks(records: readonly unknown[]): Promise<RunRecord[]> {
    if (records.length === 0) return [];
    const runs = records.map((record) => RunWithoutTasks.parse(record));
    const rows = await this.#db
      .selectFrom('run_tasks')
      .where(
        'run',
        'in',
        runs.map((run) => run.id),
      )
      .orderBy('position')
      .select(['run', 'record'])
      .execute();
    const tasks = new Map<string, TaskRecord[]>(runs.map((run) => [run.id, []]));
    for (const row of rows) tasks.get(row.run)?.push(TaskRecord.parse(row.record));
    return runs.map((run) => ({ ...run, tasks: tasks.get(run.id) ?? [] }));
  }
}
