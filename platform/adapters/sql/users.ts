import { randomBytes } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import { hashOfToken, newToken, sameSecret } from '@visavox/core/token';
import { organisationName, type Role, type User, type UserToken } from '@visavox/core/user';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { PlatformTables } from './tables.ts';

const minute = 60_000;
const seenEvery = minute;
const day = 24 * 60 * minute;
/** The same as for operators' sessions. */
const lifetime = { whole: 8 * 60 * minute, idle: 30 * minute } as const;

/** By what somebody has shown to be a user. */
export interface SignedIn {
  readonly name: string;
  readonly role: Role;
  /** Undefined where it was a password or the organisation's sign-in. */
  readonly token: { readonly id: string; readonly expiresAt: Date } | undefined;
  /** Who made the token or set the password; null where the organisation vouches. */
  readonly issuedBy: string | null;
}

/** Whom an OpenID provider knows somebody as. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

const nobody = { issuer: null, subject: null } as const;

type Tables = Kysely<PlatformTables>;

/** The users of the platform, their tokens and sessions. What is decided about them is decided by who they are at the moment. */
export class SqlUsers {
  readonly #db: Tables;
  readonly #now: () => Date;

  constructor(resources: { db: Tables; now?: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now ?? (() => new Date());
  }

  async list(): Promise<readonly User[]> {
    const rows = await this.#db
      .selectFrom('users')
      .selectAll()
      .where('removed_at', 'is', null)
      .orderBy('name')
      .execute();
    return rows.map(userOf);
  }

  async get(name: string): Promise<User> {
    const row = await found(this.#db, name);
    if (!row) throw unknownUser(name);
    return userOf(row);
  }

  add(user: {
    name: string;
    role: Role;
    password: string | null;
    identity?: Identity | undefined;
    by: string;
  }): Promise<User> {
    const { name, role, password, identity, by } = user;
    return this.#alone(async (db) => {
      if (identity) await freeIdentity(db, identity, name);
      const row = await db
        .insertInto('users')
        .values({
          ...{ name, role, password, password_by: password === null ? null : by, ...identity },
          ...{ created_at: this.#now(), created_by: by },
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row) return userOf(row);
      throw (await found(db, name)) ? nameTaken(name) : nameWasRemoved(name);
    });
  }

  /**
   * Lets in whom the organisation vouches for: adds them the first time, and gives them the role that it says. Nobody becomes
   * a user that was there before. `record` writes down what is changed, in the same transaction.
   */
  enter(
    { name, role, ...identity }: Identity & { readonly name: string | undefined; readonly role: Role },
    record: (
      entered: { readonly user: string; readonly before: Role | null },
      db: Transaction<PlatformTables>,
    ) => Promise<unknown>,
  ): Promise<SignedIn> {
    return this.#alone(async (db) => {
      const known = await identified(db, identity);
      if (known?.removed_at) throw userRemoved(known.name);
      if (known && known.role !== role) {
        await db.updateTable('users').set({ role }).where('name', '=', known.name).execute();
        await record({ user: known.name, before: known.role }, db);
      }
      if (known) return { name: known.name, role, token: undefined, issuedBy: null };
      if (name === undefined) throw nameMissing();
      const at = this.#now();
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values({ name, role, ...identity, created_at: at, created_by: organisationName })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      if (!numInsertedOrUpdatedRows) throw nameOfAnother(name);
      await record({ user: name, before: null }, db);
      return { name, role, token: undefined, issuedBy: null };
    });
  }

  /** `mayLock`: there is another way in than an operator among the users. `identity`: null where they sign in by it no more. */
  change(
    name: string,
    changes: {
      readonly role?: Role | undefined;
      readonly password?: string | undefined;
      readonly identity?: Identity | null | undefined;
    },
    { mayLock, by }: { mayLock: boolean; by: string },
  ): Promise<User> {
    return this.#alone(async (db) => {
      const row = await found(db, name);
      if (!row) throw unknownUser(name);
      const { role = row.role, password = row.password } = changes;
      if (role !== 'operator' && !mayLock) await requireOtherOperator(db, name);
      const password_by = changes.password === undefined ? row.password_by : by;
      const { issuer, subject } = changes.identity === undefined ? row : (changes.identity ?? nobody);
      if (changes.identity) await freeIdentity(db, changes.identity, name);
      await db
        .updateTable('users')
        .set({ role, password, password_by, issuer, subject })
        .where('name', '=', name)
        .execute();
      // Whoever knew the old password, or was vouched for, may be signed in by it.
      if (changes.password !== undefined || subject !== row.subject || issuer !== row.issuer)
        await db
          .deleteFrom('user_sessions')
          .where('user_name', '=', name)
          .where('token', 'is', null)
          .execute();
      return userOf({ ...row, role, password, subject });
    });
  }

  /** With all tokens and sessions. */
  remove(name: string, { mayLock }: { mayLock: boolean }): Promise<void> {
    return this.#alone(async (db) => {
      if (!(await found(db, name))) throw unknownUser(name);
      if (!mayLock) await requireOtherOperator(db, name);
      const at = this.#now();
      await db.deleteFrom('user_sessions').where('user_name', '=', name).execute();
      await db
        .updateTable('user_tokens')
        .set({ revoked_at: at })
        .where('user_name', '=', name)
        .where('revoked_at', 'is', null)
        .execute();
      await db
        .updateTable('users')
        .set({ removed_at: at, password: null })
        .where('name', '=', name)
        .execute();
    });
  }

  /** What a password is compared with, and whom it signs in; undefined where nobody can sign in by that name. */
  async byPassword(name: string): Promise<(SignedIn & { readonly hash: string }) | undefined> {
    const row = await found(this.#db, name);
    if (!row || row.password === null) return undefined;
    return { name, role: row.role, token: undefined, issuedBy: row.password_by, hash: row.password };
  }

  async tokens(of?: string): Promise<readonly UserToken[]> {
    let query = this.#db.selectFrom('user_tokens').selectAll().orderBy('created_at', 'desc');
    if (of !== undefined) query = query.where('user_name', '=', of);
    return (await query.execute()).map((row) => tokenOf(row, this.#now()));
  }

  /** Returns the secret, which is not kept. */
  async createToken(wish: {
    user: string;
    name: string;
    days: number;
    by: string;
    /** A token that it was asked for with, which it does not outlive. */
    notAfter?: Date | undefined;
  }): Promise<{ token: UserToken; secret: string }> {
    const { user, name, days, by, notAfter } = wish;
    if (!(await found(this.#db, user))) throw unknownUser(user);
    const at = this.#now();
    const id = randomBytes(6).toString('hex');
    const secret = `visavox_${id}_${newToken()}`;
    const wished = new Date(at.getTime() + days * day);
    const row = {
      ...{ id, user_name: user, name, hash: hashOfToken(secret), created_at: at, created_by: by },
      expires_at: notAfter && notAfter < wished ? notAfter : wished,
      ...{ used_at: null, revoked_at: null },
    };
    await this.#db.insertInto('user_tokens').values(row).execute();
    return { token: tokenOf(row, at), secret };
  }

  /** Undefined where there is none. */
  async token(id: string): Promise<UserToken | undefined> {
    const row = await this.#db.selectFrom('user_tokens').selectAll().where('id', '=', id).executeTakeFirst();
    return row && tokenOf(row, this.#now());
  }

  /** The sessions that it was exchanged for end too. */
  async revokeToken(id: string): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db.deleteFrom('user_sessions').where('token', '=', id).execute();
      await db
        .updateTable('user_tokens')
        .set({ revoked_at: this.#now() })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute();
    });
  }

  /** Undefined where there is no such token; throws where it was one. */
  async byToken(secret: string): Promise<SignedIn | undefined> {
    const [, id] = /^visavox_([0-9a-f]{12})_/.exec(secret) ?? [];
    if (id === undefined) return undefined;
    const row = await this.#db
      .selectFrom('user_tokens')
      .innerJoin('users', 'users.name', 'user_tokens.user_name')
      .select(['user_tokens.hash', 'expires_at', 'used_at', 'revoked_at', 'user_tokens.created_by'])
      .select(['users.name', 'users.role', 'users.removed_at'])
      .where('user_tokens.id', '=', id)
      .executeTakeFirst();
    if (!row || !sameSecret(row.hash, hashOfToken(secret))) return undefined;
    const at = this.#now();
    if (row.revoked_at !== null || row.removed_at !== null) throw tokenOver('revoked');
    if (row.expires_at <= at) throw tokenOver('expired');
    if (isOld(row.used_at, at)) {
      await this.#db.updateTable('user_tokens').set({ used_at: at }).where('id', '=', id).execute();
      await this.#seen(row.name, at);
    }
    const token = { id, expiresAt: row.expires_at };
    return { name: row.name, role: row.role, token, issuedBy: row.created_by };
  }

  /** Returns the secret of a new session; the one before, if any, ends. */
  async startSession({ name, token, issuedBy }: SignedIn, replaces: string | undefined): Promise<string> {
    const secret = newToken();
    const at = this.#now();
    if (replaces !== undefined) await this.endSession(replaces);
    await this.#db
      .insertInto('user_sessions')
      .values({
        ...{ session_hash: hashOfToken(secret), user_name: name, token: token?.id ?? null },
        ...{ issued_by: issuedBy, seen_at: at },
        expires_at: new Date(at.getTime() + lifetime.whole),
      })
      .execute();
    await this.#seen(name, at);
    return secret;
  }

  async bySession(secret: string): Promise<SignedIn | undefined> {
    const at = this.#now();
    const row = await this.#db
      .selectFrom('user_sessions')
      .innerJoin('users', 'users.name', 'user_sessions.user_name')
      .leftJoin('user_tokens', 'user_tokens.id', 'user_sessions.token')
      .select(['users.name', 'users.role', 'user_sessions.seen_at', 'user_sessions.token as id'])
      .select(['user_sessions.issued_by', 'user_tokens.expires_at', 'user_tokens.revoked_at'])
      .where('session_hash', '=', hashOfToken(secret))
      .where('users.removed_at', 'is', null)
      .where('user_sessions.expires_at', '>', at)
      .where('user_sessions.seen_at', '>', new Date(at.getTime() - lifetime.idle))
      .executeTakeFirst();
    if (!row) return undefined;
    const { name, role, id, expires_at, issued_by } = row;
    if (id !== null && (row.revoked_at !== null || expires_at === null || expires_at <= at)) return undefined;
    if (isOld(row.seen_at, at)) {
      await this.#db
        .updateTable('user_sessions')
        .set({ seen_at: at })
        .where('session_hash', '=', hashOfToken(secret))
        .execute();
      await this.#seen(name, at);
    }
    const token = id !== null && expires_at !== null ? { id, expiresAt: expires_at } : undefined;
    return { name, role, token, issuedBy: issued_by };
  }

  async endSession(secret: string): Promise<void> {
    await this.#db.deleteFrom('user_sessions').where('session_hash', '=', hashOfToken(secret)).execute();
  }

  async sweep(): Promise<void> {
    const at = this.#now();
    await this.#db
      .deleteFrom('user_sessions')
      .where(({ or, eb }) =>
        or([eb('expires_at', '<=', at), eb('seen_at', '<=', new Date(at.getTime() - lifetime.idle))]),
      )
      .execute();
  }

  async hasOperator(): Promise<boolean> {
    return (await operators(this.#db)).length > 0;
  }

  #seen(name: string, at: Date): Promise<unknown> {
    return this.#db.updateTable('users').set({ seen_at: at }).where('name', '=', name).execute();
  }

  /** Two who take the role from each other at once leave one of them. */
  #alone<T>(work: (db: Transaction<PlatformTables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (db) => {
      await sql`select pg_advisory_xact_lock(hashtext('visavox users'))`.execute(db);
      return work(db);
    });
  }
}

function found(db: Tables, name: string) {
  return db
    .selectFrom('users')
    .selectAll()
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
}

/** Also whoever was removed. */
function identified(db: Tables, { issuer, subject }: Identity) {
  return db
    .selectFrom('users')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

/** Whoever was removed gives it up to the user as whom an operator lets them in again. */
async function freeIdentity(db: Tables, identity: Identity, name: string): Promise<void> {
  const holder = await identified(db, identity);
  if (!holder || holder.name === name) return;
  if (holder.removed_at === null) throw subjectTaken(holder.name);
  await db.updateTable('users').set(nobody).where('name', '=', holder.name).execute();
}

function operators(db: Tables) {
  return db
    .selectFrom('users')
    .select('name')
    .where('role', '=', 'operator')
    .where('removed_at', 'is', null)
    .execute();
}

async function requireOtherOperator(db: Tables, name: string): Promise<void> {
  const all = await operators(db);
  if (!all.some((one) => one.name === name) || all.length > 1) return;
  throw new UserError({
    kind: 'conflict',
    code: 'last_operator',
    message: `${name} is the only operator, and the operators' shared token is off`,
    action: 'Give another user the role operator first.',
  });
}

function isOld(seen: Date | null, at: Date): boolean {
  return seen === null || at.getTime() - seen.getTime() > seenEvery;
}

function userOf(row: Selectable<PlatformTables['users']>): User {
  return {
    ...{ name: row.name, role: row.role, password: row.password !== null, subject: row.subject },
    ...{ createdAt: row.created_at.toISOString(), createdBy: row.created_by },
    lastSeenAt: row.seen_at?.toISOString() ?? null,
  };
}

function tokenOf(row: Selectable<PlatformTables['user_tokens']>, at: Date): UserToken {
  const state = row.revoked_at !== null ? 'revoked' : row.expires_at <= at ? 'expired' : 'valid';
  return {
    ...{ id: row.id, user: row.user_name, name: row.name, state },
    ...{ createdAt: row.created_at.toISOString(), createdBy: row.created_by },
    expiresAt: row.expires_at.toISOString(),
    lastUsedAt: row.used_at?.toISOString() ?? null,
  };
}

export function unknownUser(name: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_user',
    message: `there is no user ${name}`,
    action: 'List them: visavox users list',
  });
}

function nameTaken(name: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'user_exists',
    message: `there is a user ${name} already`,
    action: `Choose another name, or change this one: visavox users edit ${name}`,
  });
}

function nameWasRemoved(name: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'user_was_removed',
    message: `somebody else was called ${name}, and is in the audit log by that name`,
    action: 'Choose another name.',
  });
}

function userRemoved(name: string): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'oidc_user_removed',
    message: `the user ${name} was removed here`,
    action:
      'An operator lets them in again as another user: visavox users add NAME --role ROLE --subject SUBJECT',
    details: { name },
  });
}

function nameMissing(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'oidc_name_missing',
    message:
      'the organisation’s provider says neither a user name nor an address of e-mail that it has verified',
    action:
      'Let it send preferred_username, or add the user by hand: visavox users add NAME --role ROLE --subject SUBJECT',
  });
}

function nameOfAnother(name: string): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'oidc_name_taken',
    message: `there is, or was, a user ${name} here, who is not known to be the same person`,
    action: `An operator who knows that they are says so: visavox users edit ${name} --subject SUBJECT`,
    details: { name },
  });
}

function subjectTaken(name: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'subject_taken',
    message: `this is ${name} already`,
    action: `Take it from them first: visavox users edit ${name} --no-subject`,
  });
}

function tokenOver(why: 'revoked' | 'expired'): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: `token_${why}`,
    message: why === 'expired' ? 'this token has expired' : 'this token was revoked',
    action: 'Have a new one made: visavox tokens create --name NAME, or an operator makes it for you.',
  });
}
