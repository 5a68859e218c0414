import { type Kysely, sql, type Transaction } from 'kysely';
import type { Sessions } from '../sign-in/sessions.ts';
import type { ApplicationTables } from '../tables.ts';
import type { AccessLog } from './access-log.ts';
import type { Devices } from './devices.ts';
import type { FaceAndVoice } from './face-and-voice.ts';
import { lastWayIn } from './faults.ts';
import type { Passkey, Passkeys } from './passkeys.ts';
import type { SignInCodes } from './sign-in-codes.ts';
import { methodOf, type NewPasskey } from './webauthn.ts';

export interface WaysInOfPerson {
  readonly passkeys: readonly Passkey[];
  readonly recoveryCodes: { readonly left: number; readonly madeAt: Date } | null;
  readonly faceAndVoice: boolean;
}

interface OwnWaysResources {
  readonly db: Kysely<ApplicationTables>;
  readonly passkeys: Passkeys;
  readonly codes: SignInCodes;
  readonly faceAndVoice: FaceAndVoice;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly accessLog: AccessLog;
}

/** What people do about their own ways in. */
export class OwnWaysIn {
  readonly #resources: OwnWaysResources;

  constructor(resources: OwnWaysResources) {
    this.#resources = resources;
  }

  async list(person: string): Promise<WaysInOfPerson> {
    const { db, passkeys, codes } = this.#resources;
    const { faceAndVoice } = await counts(db, person);
    return {
      passkeys: await passkeys.list(person),
      recoveryCodes: await codes.recoveryCodesOf(person),
      faceAndVoice,
    };
  }

  /** Does nothing where there is no such person, so that nobody learns that. `session`: in which it is made. */
  async addPasskey(
    person: string,
    { passkey, name }: { passkey: NewPasskey; name: string },
    session: string | undefined,
  ): Promise<void> {
    const { db, passkeys, sessions, accessLog } = this.#resources;
    await db.transaction().execute(async (trx) => {
      if (!(await passkeys.add(trx, person, { passkey, name }))) return;
      if (session !== undefined) await sessions.add(session, methodOf(passkey), trx);
      await accessLog.record({ kind: 'passkey_added', person, by: 'person' }, trx);
    });
  }

  /** The last way in only where `evenIfLast` says so. */
  async removePasskey(person: string, id: string, { evenIfLast }: { evenIfLast: boolean }): Promise<void> {
    const { db, passkeys, accessLog } = this.#resources;
    await db.transaction().execute(async (trx) => {
      await lock(trx, person);
      await passkeys.remove(trx, person, id);
      await requireAnother(trx, person, evenIfLast);
      await accessLog.record({ kind: 'passkey_removed', person, by: 'person' }, trx);
    });
  }

  /** Ten codes, told this once; for a person whom there is not as well, so that nobody learns that. */
  async makeRecoveryCodes(person: string): Promise<string[]> {
    const { db, codes, accessLog } = this.#resources;
    return db.transaction().execute(async (trx) => {
      if (!(await lock(trx, person))) return codes.decoyRecoveryCodes();
      const made = await codes.makeRecoveryCodes(trx, person);
      await accessLog.record({ kind: 'recovery_codes_made', person, by: 'person' }, trx);
      return made;
    });
  }

  async withdrawFaceAndVoice(
    person: string,
    { evenIfLast, by }: { evenIfLast: boolean; by: 'person' | 'operator' },
  ): Promise<void> {
    const { faceAndVoice, accessLog } = this.#resources;
    await faceAndVoice.withdraw(person, async (trx) => {
      await lock(trx, person);
      const { passkeys, codes } = await counts(trx, person);
      if (!evenIfLast && passkeys + codes === 0) throw lastWayIn();
      await accessLog.record({ kind: 'face_and_voice_withdrawn', person, by }, trx);
    });
  }

  /** On every device, this one included; none of them is known any more. */
  async signOutEverywhere(person: string): Promise<void> {
    const { db, sessions, devices, accessLog } = this.#resources;
    await db.transaction().execute(async (trx) => {
      await sessions.endAll(person, trx);
      await devices.forget(person, trx);
      await accessLog.record({ kind: 'signed_out_everywhere', person, by: 'person' }, trx);
    });
  }
}

/** Two changes at once must not take the last two ways. */
async function lock(trx: Transaction<ApplicationTables>, person: string): Promise<boolean> {
  const row = await trx
    .selectFrom('people')
    .select('id')
    .where('id', '=', person)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

async function requireAnother(
  trx: Transaction<ApplicationTables>,
  person: string,
  evenIfLast: boolean,
): Promise<void> {
  if (evenIfLast) return;
  const { passkeys, codes, faceAndVoice } = await counts(trx, person);
  if (passkeys + codes === 0 && !faceAndVoice) throw lastWayIn();
}

async function counts(db: Kysely<ApplicationTables>, person: string) {
  const count = (table: 'passkeys' | 'sign_in_codes') =>
    sql<number>`(select count(*)::int from ${sql.table(table)} where person = ${person} and ${
      table === 'passkeys' ? sql`true` : sql`kind = 'recovery'`
    })`;
  return db
    .selectNoFrom([
      count('passkeys').as('passkeys'),
      count('sign_in_codes').as('codes'),
      sql<boolean>`exists (select 1 from samples where person = ${person} and source = 'enrolment')`.as(
        'faceAndVoice',
      ),
    ])
    .executeTakeFirstOrThrow();
}
