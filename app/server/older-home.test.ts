import { readFile } from 'node:fs/promises';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import type { Database } from '@visavox/adapters/sql/database';
import { migrate } from '@visavox/adapters/sql/migrate';
import { PlatformLineage } from '@visavox/adapters/sql/platform-lineage';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { SqlReleaseStore } from '@visavox/adapters/sql/release-store';
import { SqlRunStore } from '@visavox/adapters/sql/run-store';
import { openTestDatabase } from '@visavox/adapters/sql/test-databases';
import { trace } from '@visavox/core/lineage';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applicationMigrations } from './migrations.ts';

/**
 * The database of a home from before the platform had a host: a person enrolled, a dataset, a run on it, the first
 * release. `npm run bench -- upgrade` makes such a home from history and asks the whole service.
 */
const dump = new URL('./fixtures/home-before-the-host.sql', import.meta.url);
const run = '334f34a7-d2b1-424a-ab79-03b047dec858';
const birds = 'sha256:0d58a0a59c1ef9da1e588e5bec88e2a5b3bd2aa2d02309b6dc0c24f13c4a3f1e';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  await sql`drop schema public cascade`.execute(db);
  await sql`create schema public`.execute(db);
  for (const statement of (await readFile(dump, 'utf8')).split(/;\n/))
    if (statement.trim() !== '') await sql.raw(statement).execute(db);
  await migrate(db, [platformMigrations, applicationMigrations]);
});
afterAll(() => database.close());

it('keeps runs as they were recorded', async () => {
  expect(await new SqlRunStore(database.db).get(run)).toMatchObject({
    ...{ pipeline: 'songs', state: 'succeeded', trigger: 'manual', engine: 'local' },
    pins: { datasets: [birds], parameters: { birds } },
    tasks: [{ name: 'listen', state: 'succeeded', outputs: { parameters: { heard: birds } } }],
  });
});

it('keeps the champion, under its model and environment, and what its controller remembered', async () => {
  expect(await new SqlReleaseStore(database.db).champion('production', 'recogniser')).toMatchObject({
    ...{ id: 'published', version: 1, stage: 'champion', reason: 'the published networks' },
  });
  expect(await new SqlControlState(database.db).get('controller/production/recogniser')).toMatchObject({
    ...{ alias: 'recogniser:1', training: null, paused: false },
  });
});

it('keeps people with their recordings and templates', async () => {
  const { rows } = await sql`
    select name, state, consent,
      (select count(*)::integer from samples where person = people.id) as samples,
      (select count(*)::integer from templates where person = people.id) as templates
    from people`.execute(database.db);
  expect(rows).toEqual([
    { name: 'Ada', state: 'active', consent: 'biometric-sign-in/1', samples: 6, templates: 1 },
  ]);
});

it('keeps the lines between them', async () => {
  const lines = async (kind: string, id: string) =>
    (await trace({ kind, id }, [new PlatformLineage(database.db)])).edges.map(
      ({ from, to }) => `${from.kind} -> ${to.kind}`,
    );
  expect(await lines('run', run)).toContain('dataset -> run');
  expect(await lines('release', 'published')).toContain('model -> release');
});
