import { type Kysely, type Migration, sql } from 'kysely';
import { keysOf } from './enrolment/person-name.ts';

interface EarlierPerson {
  readonly id: string;
  readonly name: string;
}

/** Who is enrolled, as whom, and what an operator has to look at. */
export const enrolmentMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const text of columns) await sql.raw(text).execute(db);
    await giveKeys(db);
    await groupByRecordings(db);
    for (const text of tables) await sql.raw(text).execute(db);
  },
};

const columns = [
  `alter table people
     add column name_look text,
     add column state text not null default 'active' check (state in ('active', 'pending')),
     add column verified boolean not null default false,
     add column identity text`,
  `alter table people drop constraint people_name_key_key`,
  // Whoever told which digits were said was asked for them, and is checked against them at each sign-in.
  `update people set verified = exists (select 1 from spoken_digits where person = people.id)`,
  `create table review_findings (
     id bigint generated always as identity primary key,
     person text not null references people(id) on delete cascade,
     reason text not null check (reason in ('name', 'face')),
     match text references people(id) on delete cascade,
     created_at timestamptz not null)`,
  `create index review_findings_person on review_findings (person)`,
  `create index review_findings_match on review_findings (match)`,
];

/** Names by today's rules. Of two that are one by them, the earlier stays, and an operator looks at the later. */
async function giveKeys(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<EarlierPerson>`select id, name from people order by enrolled_at, id`.execute(db);
  const taken = new Map<string, string>();
  for (const { id, name } of rows) {
    const { key, look } = keysOf(name);
    const other = taken.get(key) ?? taken.get(look);
    await sql`update people set name_key = ${key}, name_look = ${look},
      state = ${other === undefined ? 'active' : 'pending'} where id = ${id}`.execute(db);
    if (other === undefined) {
      for (const one of [key, look]) taken.set(one, id);
      continue;
    }
    await sql`insert into review_findings (person, reason, match, created_at)
      values (${id}, 'name', ${other}, now())`.execute(db);
  }
}

/** People who gave the same recording are one for the split into those who are learned from and those who are judged on. */
async function groupByRecordings(db: Kysely<unknown>): Promise<void> {
  await sql`update people set identity = id`.execute(db);
  for (;;) {
    const { rows } = await sql`
      update people set identity = smallest.identity
      from (select mine.person, min(people.identity) as identity
            from samples mine join samples theirs on theirs.digest = mine.digest
            join people on people.id = theirs.person group by mine.person) as smallest
      where people.id = smallest.person and smallest.identity < people.identity
      returning people.id`.execute(db);
    if (rows.length === 0) return;
  }
}

const tables = [
  `alter table people alter column name_look set not null, alter column identity set not null`,
  `create unique index people_name on people (name_key) where state = 'active'`,
  `create index people_look on people (name_look)`,
  `create index people_identity on people (identity)`,
  `create table invitations (
     id text primary key,
     token_hash text not null unique,
     name text not null,
     created_at timestamptz not null,
     expires_at timestamptz not null,
     used_at timestamptz,
     person text references people(id) on delete cascade)`,
  `create index invitations_created on invitations (created_at desc)`,
  `create table enrolment_challenges (
     id text primary key,
     network text not null,
     visit text,
     invitation text references invitations(id) on delete cascade,
     prompts jsonb not null,
     turns jsonb not null,
     created_at timestamptz not null,
     expires_at timestamptz not null,
     used_at timestamptz)`,
  `create index enrolment_challenges_network on enrolment_challenges (network, created_at)`,
  `create index enrolment_challenges_expiry on enrolment_challenges (expires_at)`,
  `alter table templates add column sequence bigint generated always as identity`,
  `create unique index templates_sequence on templates (contract, sequence)`,
  `alter table attempts drop constraint attempts_feedback_by_check`,
  `alter table attempts add constraint attempts_feedback_by_check check (feedback_by in ('self', 'factor', 'operator'))`,
  // What people confirmed before was taken at once.
  `update attempts set feedback_by = 'factor' where feedback_by = 'self'`,
  `alter table samples drop constraint samples_source_check`,
  `alter table samples add constraint samples_source_check check (source in ('enrolment', 'attempt', 'merged'))`,
];
