import type { Digest } from '@visavox/core/digest';
import type { RunStore } from '@visavox/core/ports';
import { isFinished, RunRecord, RunState, TaskRecord } from '@visavox/core/run';
import {
  annotated,
  annotationsOf,
  type RunAnnotationChanges,
  type RunAnnotations,
  type RunPage,
  type RunQuery,
  RunSummary,
  summaryOf,
} from '@visavox/core/run-summary';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { PlatformTables } from './tables.ts';

const unfinished = RunState.options.filter((state) => !isFinished(state));
const StoredRun = RunRecord.omit({ tasks: true, name: true, note: true, tags: true });
const StoredSummary = RunSummary.pick({ metrics: true, models: true, tasks: true });
const columns = ['id', 'record', 'name', 'note', 'tags'] as const;

interface StoredRow {
  readonly id: string;
  readonly record: unknown;
  readonly name: string | null;
  readonly note: string | null;
  readonly tags: Record<string, string>;
}

export class SqlRunStore implements RunStore {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  /** One statement, which is a transaction of its own: a run is saved whenever one of its tasks moves. */
  async save(run: RunRecord): Promise<void> {
    const { tasks, name, note, tags, ...record } = run;
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
        insert into runs (id, state, created_at, record, pipeline, sweep, summary, name, note, tags)
        values (${run.id}, ${run.state}, ${new Date(run.createdAt)}, ${JSON.stringify(record)}, ${run.pipeline},
          ${run.sweep ?? null}, ${JSON.stringify(summaryToStore(run))}, ${name ?? null}, ${note ?? null},
          ${JSON.stringify(tags ?? {})})
        on conflict (id) do update
        set state = excluded.state, created_at = excluded.created_at, record = excluded.record,
          summary = excluded.summary
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
    const row = await this.#db.selectFrom('runs').where('id', '=', id).select(columns).executeTakeFirst();
    return row && (await this.#withTasks([row]))[0];
  }

  async list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly RunRecord[]> {
    let query = this.#db
      .selectFrom('runs')
      .select(columns)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
    if (filter.unfinished) query = query.where('state', 'in', unfinished);
    if (filter.limit !== undefined) query = query.limit(filter.limit);
    return this.#withTasks(await query.execute());
  }

  async page(query: RunQuery): Promise<RunPage> {
    const { sort, start, limit } = query;
    const found = this.#db.selectFrom('runs').where(matching(query));
    const { total } = await found
      .select((select) => select.fn.countAll<string>().as('total'))
      .executeTakeFirstOrThrow();
    const value = sql<number>`(summary -> 'metrics' ->> ${sort?.metric ?? ''})::float8`;
    const rows = await found
      .select([...columns, 'summary'])
      .$if(sort !== undefined, (all) =>
        all.orderBy(value, (order) => (sort?.order === 'asc' ? order.asc() : order.desc()).nullsLast()),
      )
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .offset(start)
      .limit(limit)
      .execute();
    return { runs: await this.#summaries(rows), total: Number(total) };
  }

  async annotate(id: string, changes: RunAnnotationChanges): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .selectFrom('runs')
        .where('id', '=', id)
        .select(columns)
        .forUpdate()
        .executeTakeFirst();
      if (!row) return false;
      const { name, note, tags } = annotated(annotationsIn(row), changes);
      await db
        .updateTable('runs')
        .set({ name: name ?? null, note: note ?? null, tags: JSON.stringify(tags ?? {}) })
        .where('id', '=', id)
        .execute();
      return true;
    });
  }

  async named(text: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .where((where) => where.or([where('id', 'like', `${likeLiterally(text)}%`), where('name', '=', text)]))
      .orderBy(sql`id = ${text}`, 'desc')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .select('id')
      .execute();
    return rows.map(({ id }) => id);
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

  async #withTasks(stored: readonly StoredRow[]): Promise<RunRecord[]> {
    if (stored.length === 0) return [];
    const runs = stored.map((row) => ({ ...StoredRun.parse(row.record), ...annotationsIn(row) }));
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

  async #summaries(rows: readonly (StoredRow & { readonly summary: unknown })[]): Promise<RunSummary[]> {
    const before = await this.#withTasks(rows.filter(({ summary }) => summary === null));
    const computed = new Map(before.map((run) => [run.id, summaryOf(run)]));
    return rows.map(
      (row) =>
        computed.get(row.id) ?? {
          ...summaryOf({ ...StoredRun.parse(row.record), ...annotationsIn(row), tasks: [] }),
          ...StoredSummary.parse(row.summary),
        },
    );
  }
}

function matching({ pipeline, state, tags = {}, sweep, find }: RunQuery) {
  return (where: ExpressionBuilder<PlatformTables, 'runs'>) => {
    const part = `%${likeLiterally(find ?? '')}%`;
    return where.and([
      ...(pipeline === undefined ? [] : [where('pipeline', '=', pipeline)]),
      ...(state === undefined ? [] : [where('state', '=', state)]),
      ...(sweep === undefined ? [] : [where('sweep', '=', sweep)]),
      ...(Object.keys(tags).length === 0 ? [] : [sql<boolean>`tags @> ${JSON.stringify(tags)}::jsonb`]),
      ...(find === undefined
        ? []
        : [
            where.or((['id', 'name', 'note', 'pipeline'] as const).map((name) => where(name, 'ilike', part))),
          ]),
    ]);
  };
}

/** What a task called its metrics may be no text for a database. */
function summaryToStore(run: RunRecord): z.infer<typeof StoredSummary> {
  const { metrics, models, tasks } = summaryOf(run);
  const storable = Object.entries(metrics).filter(([name]) => !/[\0\p{Cs}]/u.test(name));
  return { metrics: Object.fromEntries(storable), models, tasks };
}

function annotationsIn({ name, note, tags }: StoredRow): RunAnnotations {
  return annotationsOf({ ...(name !== null && { name }), ...(note !== null && { note }), tags });
}

function likeLiterally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
