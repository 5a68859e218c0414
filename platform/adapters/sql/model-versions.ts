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

  /** Newest first. */
  async list(name: string): Promise<readonly ModelVersion[]> {
    const rows = await this.#db
      .selectFrom('model_versions')
      .where('name', '=', name)
      .orderBy('version', 'desc')
      .selectAll()
      .execute();
    return rows.map(modelOf);
  }
}

function modelOf({ created_at, ...row }: Selectable<PlatformTables['model_versions']>): ModelVersion {
  return ModelVersion.parse({ ...row, createdAt: created_at.toISOString() });
}
