import { hashOfToken, newToken } from '@visavox/core/token';
import type { Kysely } from 'kysely';
import type { ApplicationTables } from '../tables.ts';

/** For the cookie as well. */
export const deviceSeconds = 365 * 24 * 3600;

/**
 * Devices that people signed in with. It opens nothing: whoever comes from a device of their own is not made to wait for
 * what strangers tried elsewhere.
 */
export class Devices {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  /**
   * After a sign-in. Returns the device's token: several people may share a device, so one that is known here stays; one
   * that was never given out is not taken over.
   */
  async remember(
    person: string,
    token: string | undefined,
    db: Kysely<ApplicationTables> = this.#db,
  ): Promise<string> {
    const known = token !== undefined && (await this.#isKnown(token, db));
    const kept = known ? token : newToken();
    const at = this.#now();
    const expires = new Date(at.getTime() + deviceSeconds * 1000);
    await db
      .insertInto('devices')
      .values({
        token_hash: hashOfToken(kept),
        person,
        first_used_at: at,
        last_used_at: at,
        expires_at: expires,
      })
      .onConflict((conflict) =>
        conflict.columns(['person', 'token_hash']).doUpdateSet({ last_used_at: at, expires_at: expires }),
      )
      .execute();
    return kept;
  }

  /** Whether this person signed in with it before: its hash, or null. */
  async recognise(person: string, token: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('devices')
      .select('token_hash')
      .where('person', '=', person)
      .where('token_hash', '=', hashOfToken(token))
      .where('expires_at', '>', this.#now())
      .executeTakeFirst();
    return row?.token_hash ?? null;
  }

  /** All of a person. */
  async forget(person: string, db: Kysely<ApplicationTables> = this.#db): Promise<void> {
    await db.deleteFrom('devices').where('person', '=', person).execute();
  }

  async sweep(): Promise<void> {
    await this.#db.deleteFrom('devices').where('expires_at', '<=', this.#now()).execute();
  }

  async #isKnown(token: string, db: Kysely<ApplicationTables>): Promise<boolean> {
    const row = await db
      .selectFrom('devices')
      .select('person')
      .where('token_hash', '=', hashOfToken(token))
      .where('expires_at', '>', this.#now())
      .executeTakeFirst();
    return row !== undefined;
  }
}
