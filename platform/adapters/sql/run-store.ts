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

  /** One statement, which is a transaction of its own: a run is saved whenever one of its tasks moves. */
  async save(run: RunRecord): Promise<void> {
    const { tasks, ...record } = run;
    const rows = tasks.map((task, position) => ({
      position,
      state: task.state,
      cache_key: task.cacheKey,
      finished_at: task.finishedAt,
      // As text: taken apart, JSON may not hold all that a string of it can.
      record: JSON.stringify(task),
    }));
    const datasets = JSON.stringify([...new Set(run.pins.datasets)]);
    await sql`
      with saved as (
        insert into runs (id, state, created_at, record)
        values (${run.id}, ${run.state}, ${new Date(run.createdAt)}, ${JSON.stringify(record)})
        on conflict (id) do update
        set state = excluded.state, created_at = excluded.created_at, record = excluded.record
      ), no_longer_tasks as (
        delete from run_tasks where run = ${run.id} and position >= ${rows.length}
      ), no_longer_datasets as (
        delete from run_datasets
        where run = ${run.id} and dataset not in (select json_array_elements_text(${datasets}::json))
      ), its_datasets as (
        insert into run_datasets (run, dataset)
        select ${run.id}, json_array_elements_text(${datasets}::json)
        on conflict do nothing
      )
      insert into run_tasks (run, position, state, cache_key, finished_at, record)
      select ${run.id}, position, state, cache_key, finished_at, record::json
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as task (position integer, state text, cache_key text, finished_at timestamptz, record text)
      on conflict (run, position) do update
      set state = excluded.state, cache_key = excluded.cache_key,
        finished_at = excluded.finished_at, record = excluded.record
      where run_tasks.record::text <> excluded.record::text`.execute(this.#db);
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
