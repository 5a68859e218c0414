import { type Migration, sql } from 'kysely';
import { expect, it } from 'vitest';
import { SqlControlState } from './control-state.ts';
import { migrate } from './migrate.ts';
import { platformMigrations } from './platform-migrations.ts';
import { exampleRelease } from './release-store.contract.ts';
import { SqlReleaseStore } from './release-store.ts';
import { openTestDatabase } from './test-databases.ts';

/** As the versions had it that knew one champion an environment and one controller. */
const before = {
  'platform-001-runs-to-releases': platformMigrations['platform-001-runs-to-releases'],
} as Record<string, Migration>;

it('hands what the one controller remembered to that of the model and environment that it was of', async () => {
  const { db, close } = await openTestDatabase();
  await sql`drop schema public cascade`.execute(db);
  await sql`create schema public`.execute(db);
  await migrate(db, [before]);
  const [releases, state] = [new SqlReleaseStore(db), new SqlControlState(db)];
  // As that version wrote it: today's store knows columns that were not there.
  const { id, environment, model, version, bundle } = exampleRelease('one');
  await sql`insert into releases (id, environment, model, version, bundle, stage, reason, created_at, promoted_at)
    values (${id}, ${environment}, ${model}, ${version}, ${bundle}, 'champion', 'published', now(), now())`.execute(
    db,
  );
  const training = { phase: 'submitting', run: 'run-1', dataset: 'sha256:1', trigger: '5 new people' };
  await state.set('controller', { training, paused: true });
  await state.set('leader', { url: 'http://leader' });

  await migrate(db, [platformMigrations]);
  expect(await state.get('controller/production/recogniser')).toEqual({ training, paused: true });
  expect(await state.get('controller')).toBeUndefined();
  expect(await state.get('leader')).toEqual({ url: 'http://leader' });
  expect(await releases.champion('production', 'recogniser')).toMatchObject({ id: 'one' });
  await releases.create(exampleRelease('another', { model: 'digits' }));
  await releases.promote('another', 'its own');
  expect(await releases.champion('production', 'recogniser')).toMatchObject({ id: 'one' });
  await close();
});
