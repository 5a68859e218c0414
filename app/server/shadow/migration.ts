import { type Kysely, type Migration, sql } from 'kysely';

/** What champion and challenger made of the same attempts, until it is known what was right. */
export const shadowMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`create table shadow_judgements (
      attempt text primary key references attempts(id) on delete cascade,
      experiment text not null,
      person text not null references people(id) on delete cascade,
      visit text,
      champion boolean not null,
      challenger boolean not null,
      champion_stranger boolean,
      challenger_stranger boolean,
      confirmed boolean not null default false,
      created_at timestamptz not null)`.execute(db);
    await sql`create index shadow_judgements_person on shadow_judgements (person, created_at)`.execute(db);
  },
};
