import { type Kysely, type Migration, sql } from 'kysely';

/** The words of answers instead of answers as a whole. */
export const attacksMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`alter table answers drop column fingerprint, add column words bytea`.execute(db);
  },
};
