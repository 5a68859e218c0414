import { hashOfToken, newToken } from '@visavox/core/token';
import { type Kysely, sql } from 'kysely';
import type { ApplicationTables } from '../tables.ts';
import { type Method, missingStep, type OwnWays, type SignInPolicy, type Step } from '../ways-in/policy.ts';

export interface PersonName {
  readonly id: string;
  readonly name: string;
}

export interface Session {
  readonly person: PersonName;
  readonly amr: readonly Method[];
  /** When it was last shown who this is. */
  readonly authenticatedAt: Date;
  /** What the policy still asks for; until then the session opens nothing. */
  readonly next: Step | null;
  readonly expiresAt: Date;
}

const minute = 60_000;
const lifetime = {
  /** However much it is used. */
  whole: 12 * 60 * minute,
  /** Until the next step of the sign-in. */
  underway: 10 * minute,
  /** Without any request. */
  idle: 60 * minute,
} as const;
/** A session's last use is written down this often at most. */
const seenEvery = minute;

/** For a cookie: the session itself may end sooner. */
export const sessionSeconds = lifetime.whole / 1000;

/** People's sessions, by the hash of their token: who reads the database cannot sign in with it. */
export class Sessions {
  readonly #db: Kysely<ApplicationTables>;
  readonly #policy: SignInPolicy;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; policy: SignInPolicy; now: () => Date }) {
    this.#db = resources.db;
    this.#policy = resources.policy;
    this.#now = resources.now;
  }

  /**
   * Returns a new token; that of the session before, if any, is no longer good. What the same person showed in it still
   * counts, but does not make it last longer.
   */
  async start(
    entry: { person: string; amr: readonly Method[]; replaces: string | undefined },
    db: Kysely<ApplicationTables> = this.#db,
  ): Promise<{ token: string; next: Step | null }> {
    const { person, replaces } = entry;
    const at = this.#now();
    const earlier = replaces === undefined ? null : await this.#find(replaces, db);
    const before = earlier?.person.id === person ? earlier : null;
    const amr = [...new Set([...(before?.amr ?? []), ...entry.amr])];
    const own = await waysOf(db, person);
    const next = missingStep(this.#policy, amr, own);
    const sufficesAlone = missingStep(this.#policy, entry.amr, own) === null;
    const whole = new Date(at.getTime() + lifetime.whole);
    const expiresAt = next
      ? new Date(at.getTime() + lifetime.underway)
      : before && before.next === null && !sufficesAlone
        ? before.expiresAt
        : whole;
    const token = newToken();
    if (replaces !== undefined) await this.end(replaces, db);
    await db
      .insertInto('sessions')
      .values({
        token_hash: hashOfToken(token),
        person,
        amr: JSON.stringify(amr),
        authenticated_at: at,
        seen_at: at,
        expires_at: expiresAt,
      })
      .execute();
    return { token, next };
  }

  /** Who has a session made a passkey in it, and showed it by that. */
  async add(token: string, method: Method, db: Kysely<ApplicationTables> = this.#db): Promise<void> {
    const session = await this.#find(token, db);
    if (!session || session.amr.includes(method)) return;
    await db
      .updateTable('sessions')
      .set({ amr: JSON.stringify([...session.amr, method]) })
      .where('token_hash', '=', hashOfToken(token))
      .execute();
  }

  /** Null where there is none, or it has ended. */
  async find(token: string): Promise<Session | null> {
    const session = await this.#find(token, this.#db);
    if (session) await this.#see(token);
    return session;
  }

  async end(token: string, db: Kysely<ApplicationTables> = this.#db): Promise<void> {
    await db.deleteFrom('sessions').where('token_hash', '=', hashOfToken(token)).execute();
  }

  /** On every device. */
  async endAll(person: string, db: Kysely<ApplicationTables> = this.#db): Promise<number> {
    const ended = await db.deleteFrom('sessions').where('person', '=', person).executeTakeFirst();
    return Number(ended.numDeletedRows);
  }

  async sweep(): Promise<void> {
    const at = this.#now();
    await this.#db
      .deleteFrom('sessions')
      .where(({ or, eb }) =>
        or([eb('expires_at', '<=', at), eb('seen_at', '<=', new Date(at.getTime() - lifetime.idle))]),
      )
      .execute();
  }

  async #find(token: string, db: Kysely<ApplicationTables>): Promise<Session | null> {
    const at = this.#now();
    const row = await db
      .selectFrom('sessions')
      .innerJoin('people', 'people.id', 'sessions.person')
      .select(['people.id', 'people.name', 'amr', 'authenticated_at', 'expires_at'])
      .where('token_hash', '=', hashOfToken(token))
      .where('expires_at', '>', at)
      .where('seen_at', '>', new Date(at.getTime() - lifetime.idle))
      .where('people.state', '=', 'active')
      .executeTakeFirst();
    if (!row) return null;
    return {
      person: { id: row.id, name: row.name },
      amr: row.amr,
      authenticatedAt: row.authenticated_at,
      next: missingStep(this.#policy, row.amr, await waysOf(db, row.id)),
      expiresAt: row.expires_at,
    };
  }

  async #see(token: string): Promise<void> {
    const at = this.#now();
    await this.#db
      .updateTable('sessions')
      .set({ seen_at: at })
      .where('token_hash', '=', hashOfToken(token))
      .where('seen_at', '<', new Date(at.getTime() - seenEvery))
      .execute();
  }
}

/** What this person could sign in with. */
export async function waysOf(db: Kysely<ApplicationTables>, person: string): Promise<OwnWays> {
  return db
    .selectNoFrom([
      sql<boolean>`exists (select 1 from passkeys where person = ${person})`.as('passkey'),
      sql<boolean>`exists (select 1 from samples where person = ${person} and source = 'enrolment')`.as(
        'faceAndVoice',
      ),
    ])
    .executeTakeFirstOrThrow();
}
