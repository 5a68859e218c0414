import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import { hashOfToken, newToken } from '@visavox/core/token';
import type { Kysely, Transaction } from 'kysely';
import type { ApplicationTables } from '../tables.ts';
import { personName } from './person-name.ts';

/** `open`: whoever reaches the service may enrol. `invitation`: whom an operator asked to. */
export type EnrolmentPolicy = 'open' | 'invitation';

export type InvitationState = 'open' | 'used' | 'expired';

export interface Invitation {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly state: InvitationState;
  /** Who enrolled with it. */
  readonly person: string | null;
}

const day = 24 * 3_600_000;
export const defaultDays = 7;
export const mostDays = 90;

/** One person each, once; the name is the operator's. */
export class Invitations {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  /** The token is told once, here; the database keeps its hash. */
  async create(wish: { name: string; days: number }): Promise<{ invitation: Invitation; token: string }> {
    const { text } = personName(wish.name);
    const token = newToken();
    const createdAt = this.#now();
    const expiresAt = new Date(createdAt.getTime() + wish.days * day);
    const id = randomUUID();
    await this.#db
      .insertInto('invitations')
      .values({
        ...{ id, name: text, token_hash: hashOfToken(token) },
        ...{ created_at: createdAt, expires_at: expiresAt, used_at: null, person: null },
      })
      .execute();
    return { invitation: { id, name: text, createdAt, expiresAt, state: 'open', person: null }, token };
  }

  /** Newest first. */
  async list(): Promise<Invitation[]> {
    const rows = await this.#db
      .selectFrom('invitations')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    const now = this.#now();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      state: row.used_at ? 'used' : row.expires_at <= now ? 'expired' : 'open',
      person: row.person,
    }));
  }

  /** One that was used stays: it says who let that person in. */
  async revoke(id: string): Promise<void> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('invitations')
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    if (numDeletedRows > 0n) return;
    throw new UserError({
      kind: 'not-found',
      code: 'invitation_unknown',
      message: 'there is no such invitation that could be revoked',
      action: 'List the invitations; one that was used cannot be revoked, but its person can be forgotten.',
    });
  }

  /** Whom a token invites. Unknown, used, revoked and expired ones are refused alike. */
  async find(token: string, at = this.#now()): Promise<{ id: string; name: string; expiresAt: Date }> {
    const row = await this.#db
      .selectFrom('invitations')
      .select(['id', 'name', 'expires_at'])
      .where('token_hash', '=', hashOfToken(token))
      .where('used_at', 'is', null)
      .where('expires_at', '>', at)
      .executeTakeFirst();
    if (!row) throw invalidInvitation();
    return { id: row.id, name: row.name, expiresAt: row.expires_at };
  }

  /** In the enrolment's own transaction, after the person's row: one invitation, one person. */
  async use(
    trx: Transaction<ApplicationTables>,
    id: string,
    { person, at }: { person: string; at: Date },
  ): Promise<void> {
    const used = await trx
      .updateTable('invitations')
      .set({ used_at: at, person })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('expires_at', '>', at)
      .returning('id')
      .executeTakeFirst();
    if (!used) throw invalidInvitation();
  }
}

function invalidInvitation(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'invitation_invalid',
    message: 'this invitation cannot be used: it was used, revoked, has expired, or never was',
    action: 'Ask whoever invited you for a new one.',
  });
}

export function invitationMissing(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'invitation_missing',
    message: 'people enrol here by invitation',
    action: 'Open the link of your invitation, or ask an operator for one.',
  });
}
