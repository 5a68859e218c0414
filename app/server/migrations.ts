import { type Kysely, type Migration, sql } from 'kysely';
import { attacksMigration } from './attacks-migration.ts';
import { enrolmentMigration } from './enrolment-migration.ts';
import { shadowMigration } from './shadow/migration.ts';
import { waysInMigrations } from './ways-in/migrations.ts';

async function statements(db: Kysely<unknown>, ...texts: string[]): Promise<void> {
  for (const text of texts) await sql.raw(text).execute(db);
}

/** The application's tables, in the order in which they came to be. */
export const applicationMigrations: Record<string, Migration> = {
  'application-001-people': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table people (
           id text primary key,
           name text not null,
           name_key text not null unique,
           consent text not null,
           consented_at timestamptz not null,
           enrolled_at timestamptz not null,
           idempotency_key text unique,
           idempotency_digest text)`,
        `create table samples (
           id text primary key,
           person text not null references people(id) on delete cascade,
           modality text not null check (modality in ('face', 'voice')),
           digest text not null,
           bytes integer not null,
           media_type text not null,
           quality jsonb not null,
           captured_at timestamptz not null,
           source text not null check (source in ('enrolment', 'attempt')),
           attempt text,
           consent text not null,
           position integer not null,
           unique (person, digest))`,
        `create index samples_digest on samples (digest)`,
        `create table templates (
           person text not null references people(id) on delete cascade,
           contract text not null,
           vectors bytea not null,
           created_at timestamptz not null,
           primary key (person, contract))`,
        `create table challenges (
           id text primary key,
           digits text not null,
           expires_at timestamptz not null,
           used_at timestamptz)`,
        `create index challenges_expiry on challenges (expires_at)`,
        `create table attempts (
           id text primary key,
           person text references people(id) on delete set null,
           challenge text unique,
           release text not null,
           model text not null,
           version integer not null,
           bundle text not null,
           decision text not null check (decision in ('accept', 'reject', 'step_up')),
           reasons jsonb not null,
           evidence bytea,
           created_at timestamptz not null,
           latency_ms integer not null,
           feedback text check (feedback in ('genuine', 'impostor')),
           feedback_by text check (feedback_by in ('self', 'operator')),
           feedback_at timestamptz,
           recordings_until timestamptz)`,
        `create index attempts_created on attempts (created_at desc)`,
        `create index attempts_person on attempts (person, created_at desc)`,
        `create index attempts_release on attempts (release)`,
        `create index attempts_expiry on attempts (recordings_until) where recordings_until is not null`,
        `create table attempt_recordings (
           attempt text not null references attempts(id) on delete cascade,
           position integer not null,
           modality text not null check (modality in ('face', 'voice')),
           digest text not null,
           bytes integer not null,
           media_type text not null,
           quality jsonb not null,
           primary key (attempt, position))`,
        `create index attempt_recordings_digest on attempt_recordings (digest)`,
        `create table sessions (
           token_hash text primary key,
           person text references people(id) on delete cascade,
           operator boolean not null,
           expires_at timestamptz not null)`,
        `create index sessions_person on sessions (person)`,
        `create table recording_intents (
           batch text not null,
           digest text not null,
           created_at timestamptz not null default now(),
           primary key (batch, digest))`,
        `create index recording_intents_digest on recording_intents (digest)`,
        `create table recording_erasures (digest text primary key)`,
      ),
  },
  'application-002-answers': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `alter table samples add column prompt text`,
        `alter table attempt_recordings add column prompt text`,
        `alter table challenges add column turn text check (turn in ('left', 'right'))`,
        `create table spoken_digits (
           person text primary key references people(id) on delete cascade,
           words bytea not null)`,
        `create table answers (
           id bigint generated always as identity primary key,
           person text not null references people(id) on delete cascade,
           marks jsonb not null,
           fingerprint bytea not null,
           created_at timestamptz not null)`,
        `create index answers_person on answers (person, id desc)`,
      ),
  },
  'application-003-digits-of-answers': {
    up: (db: Kysely<unknown>) => statements(db, `alter table answers add column digits text`),
  },
  'application-004-limits': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        // Challenges of before were bound to nobody, and are good for two minutes only.
        `delete from challenges where used_at is null`,
        `alter table challenges
           add column name text not null default '',
           add column network text not null default '',
           add column visit text,
           add column created_at timestamptz not null default now()`,
        `create index challenges_name on challenges (name, created_at)`,
        `create index challenges_network on challenges (network, created_at)`,
        `create table failures (
           key text primary key,
           name text,
           count double precision not null,
           last_at timestamptz not null)`,
        `create index failures_name on failures (name)`,
        `create table failed_names (
           network text not null,
           name text not null,
           last_at timestamptz not null,
           primary key (network, name))`,
        `create table earlier_tries (
           name text not null,
           visit text not null,
           contract text not null,
           probe bytea not null,
           expires_at timestamptz not null,
           primary key (name, visit))`,
        `alter table attempts add column measured boolean not null default false`,
      ),
  },
  'application-004-enrolment': enrolmentMigration,
  'application-004-presentation-attacks': attacksMigration,
  ...waysInMigrations,
  'application-005-shadow-tests': shadowMigration,
};
