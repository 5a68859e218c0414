import { type Kysely, type Migration, sql } from 'kysely';

/** When the digits of a challenge appear, and the words of answers instead of answers as a whole. */
export const attacksMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    // Challenges of before say nothing of the moments, and are good for two minutes only.
    await sql`delete from challenges where used_at is null`.execute(db);
    await sql`alter table challenges add column cues jsonb not null default '[]'`.execute(db);
    await sql`alter table answers drop column fingerprint, add column words bytea`.execute(db);
  },
};
