import {
  EnvironmentSettings,
  type SettingsVersion,
  settingsDigest,
} from '@visavox/core/environment-settings';
import type { EnvironmentSettingsStore } from '@visavox/core/ports';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { PlatformTables } from './tables.ts';

/** What environments were declared to be, as a history that is only added to. */
export class SqlEnvironmentSettings implements EnvironmentSettingsStore {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  record({
    model,
    environment,
    settings,
    by: actor,
  }: Pick<SettingsVersion, 'model' | 'environment' | 'settings' | 'by'>): Promise<SettingsVersion> {
    const digest = settingsDigest(settings);
    return this.#db.transaction().execute(async (db) => {
      // Several servers start at once, and each version has a number of its own.
      await sql`select pg_advisory_xact_lock(hashtext('visavox environment settings'))`.execute(db);
      const known = await versionsIn(db, model, environment);
      const same = known.find((version) => version.digest === digest);
      if (same) return same;
      const row = await db
        .insertInto('environment_settings')
        .values({
          ...{ model, environment, digest, actor, number: (known[0]?.number ?? 0) + 1 },
          settings: JSON.stringify(settings),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return versionOf(row);
    });
  }

  list(model: string, environment: string): Promise<readonly SettingsVersion[]> {
    return versionsIn(this.#db, model, environment);
  }
}

/** Newest first. */
async function versionsIn(
  db: Kysely<PlatformTables>,
  model: string,
  environment: string,
): Promise<readonly SettingsVersion[]> {
  const rows = await db
    .selectFrom('environment_settings')
    .where('model', '=', model)
    .where('environment', '=', environment)
    .orderBy('number', 'desc')
    .selectAll()
    .execute();
  return rows.map(versionOf);
}

function versionOf({
  actor: by,
  at,
  settings,
  ...row
}: Selectable<PlatformTables['environment_settings']>): SettingsVersion {
  return { ...row, by, at: at.toISOString(), settings: EnvironmentSettings.parse(settings) };
}
