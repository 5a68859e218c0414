import { type Kysely, sql, type Transaction } from 'kysely';
import { unknownPerson } from '../faults.ts';
import type { Recordings } from '../retention/recordings.ts';
import type { ApplicationTables, FindingReason, PersonState } from '../tables.ts';
import type { NewcomerSearch } from './newcomer-search.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly enrolledAt: Date;
  readonly samples: { readonly face: number; readonly voice: number };
  /** What they can sign in with beside face and voice. */
  readonly waysIn: { readonly passkeys: number; readonly recoveryCodes: number };
  /** Pending: an operator has to look first. */
  readonly state: PersonState;
  /** Whether somebody was there who turned the head and said digits. */
  readonly verified: boolean;
  /** Why somebody is pending. */
  readonly review: readonly Finding[];
}

/** Somebody whose name was given and who may sign in; by face and voice only once `verified`. */
export interface Claimed {
  readonly id: string;
  readonly name: string;
  readonly verified: boolean;
  /** Whether anything is kept that face and voice could be compared with. */
  readonly faceAndVoice: boolean;
}

export interface Finding {
  readonly reason: FindingReason;
  /** Who was found; null once that person is forgotten. */
  readonly match: { readonly id: string; readonly name: string } | null;
}

interface PeopleResources {
  readonly db: Kysely<ApplicationTables>;
  readonly recordings: Recordings;
  readonly search: Pick<NewcomerSearch, 'forget'>;
  /** What was heard and seen in a try that another one might follow. */
  readonly forgetTries: (trx: Transaction<ApplicationTables>, nameKey: string) => Promise<void>;
}

/** Who is enrolled. */
export class People {
  readonly #resources: PeopleResources;

  constructor(resources: PeopleResources) {
    this.#resources = resources;
  }

  async list(): Promise<Person[]> {
    const rows = await this.#select().orderBy('people.enrolled_at').orderBy('people.id').execute();
    const findings = await this.#findings();
    return rows.map((row) => toPerson(row, findings.get(row.id) ?? []));
  }

  async get(id: string): Promise<Person> {
    const row = await this.#select().where('people.id', '=', id).executeTakeFirst();
    if (!row) throw unknownPerson();
    return toPerson(row, (await this.#findings(id)).get(id) ?? []);
  }

  /** Who may sign in under this name; who is pending is not known yet. */
  async claimed(nameKey: string): Promise<Claimed | null> {
    const row = await this.#resources.db
      .selectFrom('people')
      .select(['id', 'name', 'verified'])
      .select(
        sql<boolean>`exists (select 1 from samples where person = people.id and source = 'enrolment')`.as(
          'faceAndVoice',
        ),
      )
      .where('name_key', '=', nameKey)
      .where('state', '=', 'active')
      .executeTakeFirst();
    return row ?? null;
  }

  /**
   * Erases recordings, templates and features, and takes the person off the attempts. What a crash leaves
   * undone is finished at the next start, or by asking again.
   */
  async forget(id: string): Promise<void> {
    const { db, recordings, search, forgetTries } = this.#resources;
    const known = await db.transaction().execute(async (trx) => {
      const samples = await trx.deleteFrom('samples').where('person', '=', id).returning('digest').execute();
      await recordings.markForErasure(
        trx,
        samples.map((sample) => sample.digest),
      );
      const attempts = await trx
        .updateTable('attempts')
        .set({ person: null, evidence: null, recordings_until: null })
        .where('person', '=', id)
        .returning('id')
        .execute();
      await recordings.dropOfAttempts(
        trx,
        attempts.map((attempt) => attempt.id),
      );
      await trx.deleteFrom('enrolment_tickets').where('person', '=', id).execute();
      const forgotten = await trx.deleteFrom('people').where('id', '=', id).returning('name_key').execute();
      for (const { name_key } of forgotten) await forgetTries(trx, name_key);
      return forgotten.length > 0;
    });
    search.forget(id);
    await recordings.erase();
    if (!known) throw unknownPerson();
  }

  #select() {
    const count = (modality: string) =>
      sql<number>`(select count(*)::int from samples where person = people.id and modality = ${modality})`;
    return this.#resources.db
      .selectFrom('people')
      .select(['people.id', 'people.name', 'people.enrolled_at', 'people.state', 'people.verified'])
      .select([count('face').as('faces'), count('voice').as('voices')])
      .select([
        sql<number>`(select count(*)::int from passkeys where person = people.id)`.as('passkeys'),
        sql<number>`(select count(*)::int from sign_in_codes where person = people.id and kind = 'recovery')`.as(
          'codes',
        ),
      ]);
  }

  async #findings(person?: string): Promise<Map<string, Finding[]>> {
    let query = this.#resources.db
      .selectFrom('review_findings')
      .leftJoin('people as matched', 'matched.id', 'review_findings.match')
      .select(['review_findings.person', 'review_findings.reason', 'matched.id', 'matched.name'])
      .orderBy('review_findings.id');
    if (person !== undefined) query = query.where('review_findings.person', '=', person);
    const found = new Map<string, Finding[]>();
    for (const { person: of, reason, id, name } of await query.execute()) {
      const match = id !== null && name !== null ? { id, name } : null;
      found.set(of, [...(found.get(of) ?? []), { reason, match }]);
    }
    return found;
  }
}

interface PersonRow {
  id: string;
  name: string;
  enrolled_at: Date;
  state: PersonState;
  verified: boolean;
  faces: number;
  voices: number;
  passkeys: number;
  codes: number;
}

function toPerson(row: PersonRow, review: readonly Finding[]): Person {
  const { id, name, enrolled_at: enrolledAt, state, verified, faces, voices, passkeys, codes } = row;
  return {
    ...{ id, name, enrolledAt, state, verified, review },
    samples: { face: faces, voice: voices },
    waysIn: { passkeys, recoveryCodes: codes },
  };
}
