import { ModelVersion } from '@visavox/core/model';
import type { Kysely, Selectable } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** What this installation knows of the registry: it answers while the registry is away, and lineage reads it. */
export class SqlModelVersions {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async save(model: ModelVersion): Promise<void> {
    const { createdAt, metrics, ...row } = model;
    const values = { ...row, created_at: new Date(createdAt), metrics: JSON.stringify(metrics) };
    const { name: _name, version: _version, ...changes } = values;
    await this.#db
      .insertInto('model_versions')
      .values(values)
      .onConflict((conflict) => conflict.columns(['name', 'version']).doUpdateSet(changes))
      .execute();
  }

  async get(name: string, version: number): Promise<ModelVersion | undefined> {
    const row = await this.#db
      .selectFrom('model_versions')
      .where('name', '=', name)
      .where('version', '=', version)
      .selectAll()
      .executeTakeFirst();
    return row && modelOf(row);
  }

  /** Of one model or, without a name, of all; of each name the newest first. */
  async list(name?: string): Promise<readonly ModelVersion[]> {
    let query = this.#db.selectFrom('model_versions').orderBy('name').orderBy('version', 'desc').selectAll();
    if (name !== undefined) query = query.where('name', '=', name);
    return (await query.execute()).map(modelOf);
  }
}

function modelOf({ created_at, ...row }: Selectable<PlatformTables['model_versions']>): ModelVersion {
  return ModelVersion.parse({ ...row, createdAt: created_at.toISOString() });
}
