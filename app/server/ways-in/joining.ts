import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Kysely, Transaction } from 'kysely';
import { type PersonName, personName } from '../enrolment/person-name.ts';
import type { ApplicationTables, PersonState } from '../tables.ts';
import type { AccessLog } from './access-log.ts';
import type { CreationOptions } from './passkey-options.ts';
import type { Asking, Passkeys } from './passkeys.ts';
import type { RegistrationAnswer } from './webauthn.ts';

/** What people agree to who take part without face and voice; a new wording is a new version. */
export const membershipConsent = 'membership/1';

/**
 * Whether somebody may become a member, and what an operator has to look at first; throws where not. In the transaction that
 * makes them one, around `insert`.
 */
export type MayJoin = (
  trx: Transaction<ApplicationTables>,
  newcomer: {
    readonly id: string;
    readonly name: PersonName;
    readonly invitation: string | undefined;
    readonly at: Date;
    readonly insert: (state: PersonState) => Promise<void>;
  },
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

  /** The same for names that are free and taken; who takes another's name waits for an operator, and the passkey opens nothing. */
  async join(asking: Asking, member: NewMember): Promise<{ id: string; name: string }> {
    const { db, passkeys, accessLog, mayJoin } = this.#resources;
    const name = personName(member.name);
    if (!member.consent) throw consentMissing();
    const { person: id, passkey } = await passkeys.verifyNew(asking, member.response, 'joining');
    await db.transaction().execute(async (trx) => {
      const at = this.#resources.now();
      const insert = async (state: PersonState) => {
        await trx
          .insertInto('people')
          .values({
            ...{ id, name: name.text, name_key: name.key, name_look: name.look },
            ...{ state, verified: false, identity: id },
            ...{ consent: membershipConsent, consented_at: at, enrolled_at: at },
            ...{ idempotency_key: null, idempotency_digest: null },
          })
          .execute();
      };
      await mayJoin(trx, { id, name, invitation: member.invitation, at, insert });
      await passkeys.add(trx, id, { passkey, name: member.passkeyName });
      await accessLog.record({ kind: 'joined', person: id, by: 'person' }, trx);
    });
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
