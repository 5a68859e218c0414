import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ApplicationTables } from '../tables.ts';
import type { CeremonyPurpose } from './tables.ts';

/** W3C's recommendation where a person has to be recognised by the device: five to ten minutes. */
export const ceremonySeconds = 300;
/** A browser has a few pages open at most; the oldest gives way. */
const openForOne = 5;

export interface Ceremony {
  readonly purpose: CeremonyPurpose;
  /** Hash of the visit's cookie: a challenge is answered by the browser that asked for it. */
  readonly visit: string;
  readonly subject: string | null;
}

/** Challenges of WebAuthn, each good for one answer of one browser. */
export class PasskeyChallenges {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  /** Returns 256 random bits, base64url. */
  async create(ceremony: Ceremony): Promise<string> {
    const challenge = randomBytes(32).toString('base64url');
    const at = this.#now();
    const newest = this.#db
      .selectFrom('passkey_challenges')
      .select('challenge')
      .where('visit', '=', ceremony.visit)
      .orderBy('created_at', 'desc')
      .limit(openForOne - 1);
    await this.#db
      .deleteFrom('passkey_challenges')
      .where('visit', '=', ceremony.visit)
      .where('challenge', 'not in', newest)
      .execute();
    await this.#db
      .insertInto('passkey_challenges')
      .values({
        ...ceremony,
        challenge,
        created_at: at,
        expires_at: new Date(at.getTime() + ceremonySeconds * 1000),
      })
      .execute();
    return challenge;
  }

  /** Uses it up, whatever comes of the answer. Null where it was not given to this visit for this, or is too old. */
  async claim(
    challenge: string,
    { purpose, visit }: Omit<Ceremony, 'subject'>,
  ): Promise<{ subject: string | null } | null> {
    const claimed = await this.#db
      .deleteFrom('passkey_challenges')
      .where('challenge', '=', challenge)
      .where('purpose', '=', purpose)
      .where('visit', '=', visit)
      .where('expires_at', '>', this.#now())
      .returning('subject')
      .executeTakeFirst();
    return claimed ?? null;
  }

  async sweep(): Promise<void> {
    await this.#db.deleteFrom('passkey_challenges').where('expires_at', '<=', this.#now()).execute();
  }
}
