import { hashOfToken, newToken } from '@visavox/core/token';
import type { Kysely } from 'kysely';
import type { ApplicationTables } from '../tables.ts';

export const ticketSeconds = 15 * 60;

/**
 * Lets whoever has just enrolled add a passkey and recovery codes, and nothing else, though nobody is signed in yet. Given
 * after every enrolment alike: also where the name was taken, or an operator has to look first.
 */
export class EnrolmentTickets {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  async give(person: { id: string; name: string }): Promise<string> {
    const token = newToken();
    await this.#db
      .insertInto('enrolment_tickets')
      .values({
        token_hash: hashOfToken(token),
        person: person.id,
        name: person.name,
        expires_at: new Date(this.#now().getTime() + ticketSeconds * 1000),
      })
      .execute();
    return token;
  }

  async find(token: string): Promise<{ id: string; name: string } | null> {
    const row = await this.#db
      .selectFrom('enrolment_tickets')
      .select(['person as id', 'name'])
      .where('token_hash', '=', hashOfToken(token))
      .where('expires_at', '>', this.#now())
      .executeTakeFirst();
    return row ?? null;
  }

  async sweep(): Promise<void> {
    await this.#db.deleteFrom('enrolment_tickets').where('expires_at', '<=', this.#now()).execute();
  }
}
