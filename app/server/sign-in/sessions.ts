import type { Kysely } from 'kysely';
import { hashOfToken, newToken } from '../secrets.ts';
import type { ApplicationTables } from '../tables.ts';

/** Who is asking. A person and an operator may be the same browser. */
export interface Caller {
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly operator: boolean;
  /** How the session began (RFC 8176), where that is known. */
  readonly amr?: readonly string[];
}

export const nobody: Caller = { person: null, operator: false };
export const sessionSeconds = 12 * 3600;

/** Sessions by the hash of their token: who reads the database cannot sign in with it. */
export class Sessions {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  /** Answers the new token; the one before, if any, is no longer good. */
  async start(session: {
    person: string | null;
    operator: boolean;
    replaces: string | undefined;
  }): Promise<string> {
    const token = newToken();
    const expires = new Date(this.#now().getTime() + sessionSeconds * 1000);
    const { replaces, person, operator } = session;
    await this.#db
      .with('replaced', (db) =>
        db
          .deleteFrom('sessions')
          .where('token_hash', '=', replaces === undefined ? '' : hashOfToken(replaces)),
      )
      .insertInto('sessions')
      .values({ token_hash: hashOfToken(token), person, operator, expires_at: expires })
      .execute();
    return token;
  }

  async find(token: string): Promise<Caller> {
    const row = await this.#db
      .selectFrom('sessions')
      .leftJoin('people', 'people.id', 'sessions.person')
      .select(['sessions.operator', 'people.id', 'people.name'])
      .where('token_hash', '=', hashOfToken(token))
      .where('expires_at', '>', this.#now())
      .executeTakeFirst();
    if (!row) return nobody;
    const person = row.id !== null && row.name !== null ? { id: row.id, name: row.name } : null;
    return { person, operator: row.operator };
  }

  async end(token: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('token_hash', '=', hashOfToken(token)).execute();
  }

  async sweep(): Promise<void> {
    await this.#db.deleteFrom('sessions').where('expires_at', '<=', this.#now()).execute();
  }
}
