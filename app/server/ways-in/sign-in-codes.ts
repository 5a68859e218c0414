import { type Kysely, sql, type Transaction } from 'kysely';
import type { Sealer } from '../sealing.ts';
import type { ApplicationTables } from '../tables.ts';
import { codeLength, newCode, plainCode } from './codes.ts';
import type { CodeKind } from './tables.ts';

export const recoveryCodeCount = 10;
const operatorCodeMinutes = 60;

/**
 * Codes that sign in once. Of a code the database has a keyed hash: it carries too much chance to be guessed from a stolen
 * database even with the key, so that a slow hash would buy nothing but time for whoever asks often.
 */
export class SignInCodes {
  readonly #db: Kysely<ApplicationTables>;
  readonly #sealer: Sealer;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; sealer: Sealer; now: () => Date }) {
    this.#db = resources.db;
    this.#sealer = resources.sealer;
    this.#now = resources.now;
  }

  /** Ten new ones; those before are no longer good. This is the only time they are told. */
  async makeRecoveryCodes(trx: Transaction<ApplicationTables>, person: string): Promise<string[]> {
    const codes = Array.from({ length: recoveryCodeCount }, () => newCode(codeLength.recovery));
    await this.#replace(trx, { person, kind: 'recovery', codes, expiresAt: null });
    return codes;
  }

  /** Codes as a person would get them, for whoever must not learn that there is nobody to keep them for. */
  decoyRecoveryCodes(): string[] {
    return Array.from({ length: recoveryCodeCount }, () => newCode(codeLength.recovery));
  }

  /** One for an hour; that before is no longer good. */
  async makeOperatorCode(
    trx: Transaction<ApplicationTables>,
    person: string,
  ): Promise<{ code: string; expiresAt: Date }> {
    const code = newCode(codeLength.operator);
    const expiresAt = new Date(this.#now().getTime() + operatorCodeMinutes * 60_000);
    await this.#replace(trx, { person, kind: 'operator', codes: [code], expiresAt });
    return { code, expiresAt };
  }

  /**
   * Uses the code up; null where it is not one of whoever has this name. The same work for names that nobody has: one
   * statement finds the person and takes the code.
   */
  async use(
    trx: Transaction<ApplicationTables>,
    claim: { nameKey: string; kind: CodeKind; code: string },
  ): Promise<{ id: string; name: string } | null> {
    const person = await trx
      .selectFrom('people')
      .select(['id', 'name'])
      .where('name_key', '=', claim.nameKey)
      .where('state', '=', 'active')
      .executeTakeFirst();
    const used = await trx
      .deleteFrom('sign_in_codes')
      .where('hash', '=', this.#hash(claim.kind, person?.id ?? '', claim.code))
      .where('person', '=', person?.id ?? '')
      .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', this.#now())]))
      .returning('hash')
      .executeTakeFirst();
    return person && used ? person : null;
  }

  /** Null where none were ever made, or all are used. */
  async recoveryCodesOf(person: string): Promise<{ left: number; madeAt: Date } | null> {
    const row = await this.#db
      .selectFrom('sign_in_codes')
      .select([sql<number>`count(*)::int`.as('left'), sql<Date | null>`min(created_at)`.as('madeAt')])
      .where('person', '=', person)
      .where('kind', '=', 'recovery')
      .executeTakeFirstOrThrow();
    return row.madeAt === null ? null : { left: row.left, madeAt: new Date(row.madeAt) };
  }

  async sweep(): Promise<void> {
    await this.#db.deleteFrom('sign_in_codes').where('expires_at', '<=', this.#now()).execute();
  }

  async #replace(
    trx: Transaction<ApplicationTables>,
    set: { person: string; kind: CodeKind; codes: readonly string[]; expiresAt: Date | null },
  ): Promise<void> {
    const { person, kind, codes, expiresAt } = set;
    // Two sets that are made at once would both stay.
    await trx.selectFrom('people').select('id').where('id', '=', person).forUpdate().execute();
    await trx.deleteFrom('sign_in_codes').where('person', '=', person).where('kind', '=', kind).execute();
    await trx
      .insertInto('sign_in_codes')
      .values(
        codes.map((code) => ({
          hash: this.#hash(kind, person, code),
          person,
          kind,
          created_at: this.#now(),
          expires_at: expiresAt,
        })),
      )
      .execute();
  }

  #hash(kind: CodeKind, person: string, code: string): string {
    return this.#sealer.keyedHash(`${kind} code of ${person}: ${plainCode(code)}`);
  }
}
