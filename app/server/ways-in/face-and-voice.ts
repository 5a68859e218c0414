import { type Kysely, sql, type Transaction } from 'kysely';
import type { NewcomerSearch } from '../enrolment/newcomer-search.ts';
import type { Recordings } from '../retention/recordings.ts';
import type { ApplicationTables } from '../tables.ts';
import { faceAndVoiceMissing } from './faults.ts';
import { membershipConsent } from './joining.ts';

/** Taking back the consent to face and voice (GDPR, art. 7) while staying a member. */
export class FaceAndVoice {
  readonly #db: Kysely<ApplicationTables>;
  readonly #recordings: Recordings;
  readonly #search: Pick<NewcomerSearch, 'forget'>;

  constructor(resources: {
    db: Kysely<ApplicationTables>;
    recordings: Recordings;
    search: Pick<NewcomerSearch, 'forget'>;
  }) {
    this.#db = resources.db;
    this.#recordings = resources.recordings;
    this.#search = resources.search;
  }

  /**
   * Erases recordings, templates and all that was computed from them. `within`: what else belongs to the transaction. What a
   * crash leaves undone is finished by the next sweep, or by asking again.
   */
  async withdraw(
    person: string,
    within: (trx: Transaction<ApplicationTables>) => Promise<void>,
  ): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      await within(trx);
      const samples = await trx
        .deleteFrom('samples')
        .where('person', '=', person)
        .returning('digest')
        .execute();
      if (samples.length === 0) throw faceAndVoiceMissing();
      await this.#recordings.markForErasure(
        trx,
        samples.map(({ digest }) => digest),
      );
      await trx
        .updateTable('people')
        .set({ consent: membershipConsent, verified: false })
        .where('id', '=', person)
        .execute();
      await this.#dropDerived(trx, [person]);
    });
    this.#search.forget(person);
    await this.#recordings.erase();
  }

  /** What an attempt wrote that was under way when its person withdrew. */
  async sweep(): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string }>`
        select id from people
        where not exists (select 1 from samples where person = people.id and source = 'enrolment')
        and (exists (select 1 from samples where person = people.id)
          or exists (select 1 from templates where person = people.id)
          or exists (select 1 from answers where person = people.id)
          or exists (select 1 from spoken_digits where person = people.id)
          or exists (select 1 from attempts where person = people.id and evidence is not null))`.execute(trx);
      const people = rows.map(({ id }) => id);
      if (people.length === 0) return;
      const samples = await trx
        .deleteFrom('samples')
        .where('person', 'in', people)
        .returning('digest')
        .execute();
      await this.#recordings.markForErasure(
        trx,
        samples.map(({ digest }) => digest),
      );
      await this.#dropDerived(trx, people);
    });
    await this.#recordings.erase();
  }

  async #dropDerived(trx: Transaction<ApplicationTables>, people: readonly string[]): Promise<void> {
    for (const table of ['templates', 'answers', 'spoken_digits'] as const)
      await trx.deleteFrom(table).where('person', 'in', people).execute();
    const attempts = await trx
      .updateTable('attempts')
      .set({ evidence: null, recordings_until: null })
      .where('person', 'in', people)
      .returning('id')
      .execute();
    await this.#recordings.dropOfAttempts(
      trx,
      attempts.map(({ id }) => id),
    );
  }
}
