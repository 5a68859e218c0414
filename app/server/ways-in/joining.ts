import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Kysely, Transaction } from 'kysely';
import { personName } from '../enrolment/person-name.ts';
import { databaseFault, uniqueViolation } from '../faults.ts';
import type { ApplicationTables } from '../tables.ts';
import type { AccessLog } from './access-log.ts';
import type { CreationOptions } from './passkey-options.ts';
import type { Asking, Passkeys } from './passkeys.ts';
import type { RegistrationAnswer } from './webauthn.ts';

/** What people agree to who take part without face and voice; a new wording is a new version. */
export const membershipConsent = 'membership/1';

/** Whether somebody may become a member; throws where not. In the transaction that makes them one. */
export type MayJoin = (
  trx: Transaction<ApplicationTables>,
  newcomer: { name: string; invitation: string | undefined },
) => Promise<void>;

export interface NewMember {
  readonly name: string;
  readonly consent: boolean;
  readonly invitation: string | undefined;
  readonly passkeyName: string;
  readonly response: RegistrationAnswer;
}

interface JoiningResources {
  readonly db: Kysely<ApplicationTables>;
  readonly passkeys: Passkeys;
  readonly accessLog: AccessLog;
  readonly mayJoin: MayJoin;
  readonly now: () => Date;
}

/** People who take part without face and voice: they have a name and a passkey, and lack nothing (EN 301 549, 5.3). */
export class Joining {
  readonly #resources: JoiningResources;

  constructor(resources: JoiningResources) {
    this.#resources = resources;
  }

  /** The same for names that are free and taken. */
  async options(asking: Asking, given: string): Promise<CreationOptions> {
    const person = { id: randomUUID(), name: personName(given).text };
    return this.#resources.passkeys.registrationOptions(asking, person, 'joining');
  }

  /** The same for names that are free and taken; who has taken another's name finds out that the passkey opens nothing. */
  async join(asking: Asking, member: NewMember): Promise<{ id: string; name: string }> {
    const { db, passkeys, accessLog, mayJoin } = this.#resources;
    const name = personName(member.name);
    if (!member.consent) throw consentMissing();
    const { person: id, passkey } = await passkeys.verifyNew(asking, member.response, 'joining');
    try {
      await db.transaction().execute(async (trx) => {
        await mayJoin(trx, { name: name.key, invitation: member.invitation });
        const at = this.#resources.now();
        await trx
          .insertInto('people')
          .values({
            id,
            name: name.text,
            name_key: name.key,
            consent: membershipConsent,
            consented_at: at,
            enrolled_at: at,
            idempotency_key: null,
            idempotency_digest: null,
          })
          .execute();
        await passkeys.add(trx, id, { passkey, name: member.passkeyName });
        await accessLog.record({ kind: 'joined', person: id, by: 'person' }, trx);
      });
    } catch (error) {
      if (databaseFault(error).code !== uniqueViolation) throw error;
      await accessLog.record({ kind: 'joined_under_a_name_taken', person: null, by: 'anybody' });
    }
    return { id, name: name.text };
  }
}

function consentMissing(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'consent_missing',
    message: 'a name and a passkey are not kept without consent',
    action: 'Read what is kept, and agree to it.',
  });
}
