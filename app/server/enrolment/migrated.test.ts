import { migrate } from '@visavox/adapters/sql/migrate';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { openTestDatabase } from '@visavox/adapters/sql/test-databases';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { applicationMigrations } from '../migrations.ts';
import type { OwnTables } from '../tables.ts';

const before = Object.fromEntries(
  Object.entries(applicationMigrations).filter(([name]) => name !== 'application-004-enrolment'),
);

it('keeps who was enrolled before: names by the new rules, and people who gave one recording as one', async () => {
  const database = await openTestDatabase();
  await migrate(database.db, [platformMigrations, before]);
  const enrolled = async (
    id: string,
    name: string,
    { digests, digits }: { digests: string[]; digits: boolean },
  ) => {
    await sql`insert into people (id, name, name_key, consent, consented_at, enrolled_at)
      values (${id}, ${name}, ${name.toLowerCase()}, '1', now(), now())`.execute(database.db);
    for (const [position, digest] of digests.entries())
      await sql`insert into samples (id, person, modality, digest, bytes, media_type, quality, captured_at, source, consent, position)
        values (${`${id} ${position}`}, ${id}, 'face', ${digest}, 1, 'image/jpeg', '{}', now(), 'enrolment', '1', ${position})`.execute(
        database.db,
      );
    if (digits)
      await sql`insert into spoken_digits (person, words) values (${id}, ${Buffer.alloc(1)})`.execute(
        database.db,
      );
  };
  await enrolled('a', 'Victim One', { digests: ['1', '2'], digits: true });
  await enrolled('b', 'V\u0456ctim One', { digests: ['3'], digits: true });
  await enrolled('c', 'Somebody', { digests: ['2', '4'], digits: false });
  await enrolled('d', 'Somebody Else', { digests: ['4'], digits: false });

  await migrate(database.db, [platformMigrations, applicationMigrations]);
  const db = database.db.withTables<OwnTables>();
  const people = await db
    .selectFrom('people')
    .select(['id', 'state', 'verified', 'identity'])
    .orderBy('id')
    .execute();
  expect(people).toEqual([
    { id: 'a', state: 'active', verified: true, identity: 'a' },
    { id: 'b', state: 'pending', verified: true, identity: 'b' },
    { id: 'c', state: 'active', verified: false, identity: 'a' },
    { id: 'd', state: 'active', verified: false, identity: 'a' },
  ]);
  expect(await db.selectFrom('review_findings').select(['person', 'reason', 'match']).execute()).toEqual([
    { person: 'b', reason: 'name', match: 'a' },
  ]);
  await database.close();
});
