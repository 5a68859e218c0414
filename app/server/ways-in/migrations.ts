import { type Kysely, type Migration, sql } from 'kysely';

const statements = [
  `create table passkeys (
     id text primary key,
     person text not null references people(id) on delete cascade,
     name text not null,
     public_key bytea not null,
     counter double precision not null,
     transports jsonb not null,
     backup_eligible boolean not null,
     backed_up boolean not null,
     aaguid text not null,
     created_at timestamptz not null,
     last_used_at timestamptz)`,
  `create index passkeys_person on passkeys (person)`,
  `create table passkey_challenges (
     challenge text primary key,
     purpose text not null check (purpose in ('registration', 'authentication', 'joining')),
     visit text not null,
     subject text,
     created_at timestamptz not null,
     expires_at timestamptz not null)`,
  `create index passkey_challenges_visit on passkey_challenges (visit)`,
  `create index passkey_challenges_expiry on passkey_challenges (expires_at)`,
  `create table sign_in_codes (
     hash text primary key,
     person text not null references people(id) on delete cascade,
     kind text not null check (kind in ('recovery', 'operator')),
     created_at timestamptz not null,
     expires_at timestamptz)`,
  `create index sign_in_codes_person on sign_in_codes (person, kind)`,
  `create table devices (
     token_hash text not null,
     person text not null references people(id) on delete cascade,
     first_used_at timestamptz not null,
     last_used_at timestamptz not null,
     expires_at timestamptz not null,
     primary key (person, token_hash))`,
  `create index devices_token on devices (token_hash)`,
  `create table enrolment_tickets (
     token_hash text primary key,
     person text not null,
     name text not null,
     expires_at timestamptz not null)`,
  `create table access_events (
     id bigint generated always as identity primary key,
     at timestamptz not null,
     person text references people(id) on delete set null,
     kind text not null,
     by text not null check (by in ('person', 'operator', 'anybody')),
     details jsonb not null)`,
  `create index access_events_person on access_events (person, id desc)`,
  // Servers of the version before write rows without these columns while a cluster is upgraded: such sessions end here.
  `delete from sessions`,
  `alter table sessions alter column operator set default false`,
  `alter table sessions add column amr jsonb not null default '[]'`,
  `alter table sessions add column authenticated_at timestamptz not null default 'epoch'`,
  `alter table sessions add column seen_at timestamptz not null default 'epoch'`,
];

export const waysInMigrations: Record<string, Migration> = {
  'application-004-ways-in': {
    up: async (db: Kysely<unknown>) => {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  },
};
