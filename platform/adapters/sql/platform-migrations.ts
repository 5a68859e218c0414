import { type Kysely, type Migration, sql } from 'kysely';

async function statements(db: Kysely<unknown>, ...texts: string[]): Promise<void> {
  for (const text of texts) await sql.raw(text).execute(db);
}

/**
 * The platform's tables, in the order in which they came to be. Records are `json`, not `jsonb`: they come
 * back as they were written, and text from a task may hold characters that `jsonb` refuses.
 */
export const platformMigrations: Record<string, Migration> = {
  'platform-001-runs-to-releases': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table runs (
           id text primary key,
           state text not null,
           created_at timestamptz not null,
           record json not null)`,
        `create index runs_created on runs (created_at desc)`,
        `create index runs_unfinished on runs (state) where state in ('pending', 'running', 'canceling')`,
        `create table run_tasks (
           run text not null references runs(id) on delete cascade,
           position integer not null,
           state text not null,
           cache_key text,
           finished_at timestamptz,
           record json not null,
           primary key (run, position))`,
        `create index run_tasks_cache on run_tasks (cache_key, finished_at desc) where state = 'succeeded'`,
        `create table run_datasets (
           run text not null references runs(id) on delete cascade,
           dataset text not null,
           primary key (run, dataset))`,
        `create index run_datasets_dataset on run_datasets (dataset)`,
        `create sequence dataset_versions_saved`,
        `create table dataset_versions (
           digest text primary key,
           name text not null,
           items integer not null,
           created_at timestamptz not null default now(),
           saved bigint not null default nextval('dataset_versions_saved'))`,
        `create index dataset_versions_name on dataset_versions (name, saved desc)`,
        `create table dataset_items (
           dataset text not null references dataset_versions(digest) on delete cascade,
           key text not null,
           digest text not null,
           primary key (dataset, key))`,
        `create index dataset_items_key on dataset_items (key)`,
        `create index dataset_items_digest on dataset_items (digest)`,
        `create table model_versions (
           name text not null,
           version integer not null,
           bundle text not null,
           run text,
           created_at timestamptz not null,
           metrics json not null,
           primary key (name, version))`,
        `create index model_versions_run on model_versions (run)`,
        `create table releases (
           id text primary key,
           environment text not null,
           model text not null,
           version integer not null,
           bundle text not null,
           stage text not null check (stage in ('preparing', 'shadow', 'canary', 'champion', 'retired', 'held-back')),
           reason text not null,
           created_at timestamptz not null,
           promoted_at timestamptz,
           position bigint not null generated always as identity)`,
        `create unique index releases_one_champion on releases (environment) where stage = 'champion'`,
        `create index releases_model on releases (model, version)`,
        `create table control_state (
           key text primary key,
           value json not null)`,
      ),
  },
  // It was the sign-in application's before: there it exists.
  'platform-002-operator-sessions': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table if not exists operator_sessions (
           session_hash text primary key,
           token_fingerprint text not null,
           seen_at timestamptz not null,
           expires_at timestamptz not null)`,
      ),
  },
  /**
   * Before, an environment had one champion whatever its model, and one controller remembered under one key. What it
   * remembers belongs to the model and the environment of the first release: there was no other.
   */
  'platform-003-releases-of-models': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `drop index releases_one_champion`,
        `create unique index releases_one_champion on releases (environment, model) where stage = 'champion'`,
        `update control_state set key = 'controller/' || first.environment || '/' || first.model
           from (select environment, model from releases order by position limit 1) as first
           where key = 'controller'`,
      ),
  },
  /** The pipeline's name is the first text of that name in a record, which may hold what JSON operators refuse. */
  'platform-004-runs-that-are-found': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `alter table runs add column pipeline text not null default '', add column name text, add column note text,
           add column tags jsonb not null default '{}', add column sweep text, add column summary json`,
        `update runs set pipeline = coalesce(substring(record::text from '"pipeline" *: *"([^"\\\\]*)"'), '')`,
        `drop index runs_created`,
        `create index runs_created on runs (created_at desc, id desc)`,
        `create index runs_pipeline on runs (pipeline, created_at desc)`,
        `create index runs_sweep on runs (sweep) where sweep is not null`,
        `create index runs_name on runs (name) where name is not null`,
        `create index runs_id_prefix on runs (id text_pattern_ops)`,
      ),
  },
  'platform-005-sweeps': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table sweeps (
           id text primary key,
           state text not null,
           created_at timestamptz not null,
           record json not null)`,
        `create index sweeps_created on sweeps (created_at desc, id desc)`,
        `create index sweeps_unfinished on sweeps (state) where state in ('running', 'canceling')`,
      ),
  },
  'platform-006-dataset-profiles': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table dataset_profiles (
           dataset text primary key references dataset_versions(digest) on delete cascade,
           profile text not null)`,
      ),
  },
  'platform-007-dataset-validations': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table dataset_validations (
           dataset text not null,
           rules text not null,
           passed boolean not null,
           report text not null,
           checked_at timestamptz not null,
           primary key (dataset, rules))`,
      ),
  },
  'platform-008-dataset-splits': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `alter table dataset_versions add column part_of text`,
        `create table dataset_splits (
           dataset text not null references dataset_versions(digest) on delete cascade,
           name text not null,
           split text not null,
           created_at timestamptz not null,
           primary key (dataset, name))`,
        `create table dataset_parts (
           dataset text not null,
           split text not null,
           part text not null,
           version text not null,
           position integer not null,
           primary key (dataset, split, part),
           foreign key (dataset, split) references dataset_splits(dataset, name) on delete cascade)`,
        `create index dataset_parts_version on dataset_parts (version)`,
      ),
  },
  'platform-009-dataset-tombstones': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table dataset_tombstones (
           id bigint primary key generated always as identity,
           dataset text not null,
           name text not null,
           items integer not null,
           created_at timestamptz not null,
           deleted_at timestamptz not null,
           deleted_by text not null,
           reason text not null,
           released json not null,
           remains json not null,
           freed_blobs integer,
           freed_bytes bigint)`,
        `create index dataset_tombstones_dataset on dataset_tombstones (dataset)`,
        `create index dataset_tombstones_name on dataset_tombstones (name)`,
        `create index dataset_tombstones_unfinished on dataset_tombstones (id) where freed_blobs is null`,
      ),
  },
  /** Of a model one experiment at a time in an environment. A request's outcome counts once, whoever it is told of. */
  'platform-010-experiments': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table experiments (
           id text primary key,
           environment text not null,
           model text not null,
           state text not null,
           created_at timestamptz not null,
           record json not null)`,
        `create index experiments_created on experiments (created_at desc, id desc)`,
        `create unique index experiments_one on experiments (environment, model) where state <> 'ended'`,
        `create table experiment_journal (
           experiment text not null references experiments(id) on delete cascade,
           position bigint not null generated always as identity,
           key text not null,
           request text,
           arm text,
           share double precision,
           record json,
           primary key (experiment, position),
           check ((request is null) = (record is null) and (request is null) = (arm is not null)))`,
        `create unique index experiment_exposures on experiment_journal (experiment, key) where request is null`,
        `create unique index experiment_outcomes on experiment_journal (experiment, request) where request is not null`,
      ),
  },
  'platform-011-what-models-are': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table bundle_descriptions (
           bundle text primary key,
           description json not null)`,
        `create table bundle_signatures (
           bundle text primary key,
           signature json not null,
           signed_at timestamptz not null default now())`,
        `create table model_alias_changes (
           id bigint primary key generated always as identity,
           model text not null,
           alias text not null,
           version integer,
           actor text not null,
           reason text not null,
           at timestamptz not null default now())`,
        `create index model_alias_changes_model on model_alias_changes (model, id desc)`,
      ),
  },
  /** What is in the audit log stays as it is, also where somebody with the application's rights would have it otherwise. */
  'platform-012-users': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table users (
           name text primary key,
           role text not null check (role in ('viewer', 'data-scientist', 'operator', 'auditor')),
           password text,
           password_by text,
           created_at timestamptz not null,
           created_by text not null,
           seen_at timestamptz,
           removed_at timestamptz)`,
        `create table user_tokens (
           id text primary key,
           user_name text not null references users(name) on delete cascade,
           name text not null,
           hash text not null,
           created_at timestamptz not null,
           created_by text not null,
           expires_at timestamptz not null,
           used_at timestamptz,
           revoked_at timestamptz)`,
        `create index user_tokens_user on user_tokens (user_name, created_at desc)`,
        `create table user_sessions (
           session_hash text primary key,
           user_name text not null references users(name) on delete cascade,
           token text references user_tokens(id) on delete cascade,
           issued_by text,
           seen_at timestamptz not null,
           expires_at timestamptz not null)`,
        `create index user_sessions_user on user_sessions (user_name)`,
        `create table audit_log (
           position bigint primary key,
           at timestamptz not null,
           by text not null,
           role text,
           action text not null,
           target text,
           outcome text not null check (outcome in ('asked', 'done', 'refused')),
           reason text,
           network text,
           request text,
           previous text,
           digest text not null)`,
        `create index audit_log_by on audit_log (by, position desc)`,
        `create index audit_log_target on audit_log (target, position desc)`,
        `create function audit_log_is_kept() returns trigger language plpgsql as
           $$ begin raise exception 'the audit log is only added to'; end $$`,
        `create trigger audit_log_is_kept before update or delete on audit_log
           for each row execute function audit_log_is_kept()`,
        `create trigger audit_log_is_not_emptied before truncate on audit_log
           for each statement execute function audit_log_is_kept()`,
        `create table audit_head (
           id integer primary key check (id = 1),
           position bigint not null,
           digest text,
           seal text not null)`,
        `create table approvals (
           id text primary key,
           release text not null references releases(id) on delete cascade,
           environment text not null,
           model text not null,
           version integer not null,
           bundle text not null,
           champion text,
           state text not null check (state in ('open', 'approving', 'approved', 'rejected', 'overtaken')),
           asked_by text not null,
           asked_at timestamptz not null,
           reason text,
           decided_by text,
           decided_at timestamptz,
           decision text)`,
        `create unique index approvals_one_open on approvals (release) where state in ('open', 'approving')`,
        `alter table releases add column by text`,
      ),
  },
  /** Whom the organisation's OpenID provider knows users as. Whoever was removed keeps it, so as to stay out. */
  'platform-013-organisation-sign-in': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `alter table users add column issuer text, add column subject text,
           add check ((issuer is null) = (subject is null))`,
        `create unique index users_subject on users (issuer, subject)`,
      ),
  },
  'platform-014-environment-settings': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table environment_settings (
           model text not null,
           environment text not null,
           number integer not null,
           digest text not null,
           settings json not null,
           at timestamptz not null default now(),
           actor text not null,
           primary key (model, environment, digest),
           unique (model, environment, number))`,
        `alter table releases add column settings text`,
      ),
  },
  'platform-015-release-events': {
    up: (db: Kysely<unknown>) =>
      statements(
        db,
        `create table release_events (
           position bigint generated always as identity primary key,
           release text not null references releases(id) on delete cascade,
           at timestamptz not null default now(),
           stage text not null,
           reason text not null,
           by text)`,
        `create index release_events_release on release_events (release)`,
        // As far as releases still say it.
        `insert into release_events (release, at, stage, reason, by)
           select id, coalesce(promoted_at, created_at), stage, reason, by from releases order by position`,
      ),
  },
};
