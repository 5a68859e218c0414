import { messageOf } from '@visavox/core/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Sealer } from '../sealing.ts';
import type { ClaimedName } from '../sign-in/claimed-name.ts';
import type { ApplicationTables } from '../tables.ts';
import { decoyCredential, decoyPasskeys } from './decoy-passkeys.ts';
import { newPasskeyRefused, passkeyRefused, tooManyPasskeys, unknownPasskey } from './faults.ts';
import type { PasskeyChallenges } from './passkey-challenges.ts';
import {
  type CreationOptions,
  creationOptions,
  type PasskeyDescriptor,
  type RequestOptions,
  requestOptions,
} from './passkey-options.ts';
import type { Method } from './policy.ts';
import type { RelyingParty } from './relying-party.ts';
import {
  type AuthenticationAnswer,
  clientDataOf,
  methodOf,
  type NewPasskey,
  type RegistrationAnswer,
  type VerifiedAnswer,
  verifyAuthentication,
  verifyRegistration,
} from './webauthn.ts';

const mostOfOne = 20;

/** Which page asks, and which browser. */
export interface Asking {
  readonly relyingParty: RelyingParty;
  readonly visit: string;
}

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** It may be on other devices of the person as well. */
  readonly synced: boolean;
}

/** Whose passkey answered, and what has to be written down when they are let in. */
export interface PasskeyEntry {
  readonly person: { readonly id: string; readonly name: string };
  readonly method: Method;
  readonly passkey: string;
  /** Throws where the passkey was removed, or answered with a later count, meanwhile. */
  readonly keep: (trx: Transaction<ApplicationTables>) => Promise<void>;
}

interface PasskeysResources {
  readonly db: Kysely<ApplicationTables>;
  readonly sealer: Sealer;
  readonly challenges: PasskeyChallenges;
  readonly now: () => Date;
}

/** Passkeys (WebAuthn, Level 3): a device that has recognised its owner signs a challenge. */
export class Passkeys {
  readonly #resources: PasskeysResources;
  readonly #decoy = decoyCredential();

  constructor(resources: PasskeysResources) {
    this.#resources = resources;
  }

  async registrationOptions(
    asking: Asking,
    person: { id: string; name: string },
    purpose: 'registration' | 'joining' = 'registration',
  ): Promise<CreationOptions> {
    const { challenges } = this.#resources;
    const known = await this.#descriptorsOf('people.id', person.id);
    if (known.length >= mostOfOne) throw tooManyPasskeys(mostOfOne);
    const challenge = await challenges.create({ purpose, visit: asking.visit, subject: person.id });
    return creationOptions(asking.relyingParty, { challenge, person, known });
  }

  /** Whom the challenge was for, and their new passkey; nothing is written but that the challenge is used up. */
  async verifyNew(
    asking: Asking,
    response: RegistrationAnswer,
    purpose: 'registration' | 'joining' = 'registration',
  ): Promise<{ person: string; passkey: NewPasskey }> {
    const challenge = clientDataOf(response)?.challenge ?? '';
    const claimed = await this.#resources.challenges.claim(challenge, { purpose, visit: asking.visit });
    if (!claimed?.subject) throw newPasskeyRefused('the challenge was not given here, or not any more');
    try {
      const { relyingParty } = asking;
      return {
        person: claimed.subject,
        passkey: await verifyRegistration(response, { challenge, relyingParty }),
      };
    } catch (error) {
      throw newPasskeyRefused(messageOf(error));
    }
  }

  /** Returns false where there is no such person. */
  async add(
    trx: Transaction<ApplicationTables>,
    person: string,
    { passkey, name }: { passkey: NewPasskey; name: string },
  ): Promise<boolean> {
    const owner = await trx
      .selectFrom('people')
      .select('id')
      .where('id', '=', person)
      .forUpdate()
      .executeTakeFirst();
    if (!owner) return false;
    const { count } = await trx
      .selectFrom('passkeys')
      .select(sql<number>`count(*)::int`.as('count'))
      .where('person', '=', person)
      .executeTakeFirstOrThrow();
    if (count >= mostOfOne) throw tooManyPasskeys(mostOfOne);
    const added = await trx
      .insertInto('passkeys')
      .values({
        id: passkey.id,
        person,
        name,
        public_key: passkey.publicKey,
        counter: passkey.counter,
        transports: JSON.stringify(passkey.transports),
        backup_eligible: passkey.backupEligible,
        backed_up: passkey.backedUp,
        aaguid: passkey.aaguid,
        created_at: this.#resources.now(),
        last_used_at: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    // Nobody may take a passkey's id over to whom it does not belong.
    if (!added) throw newPasskeyRefused('somebody has a passkey with this id already');
    return true;
  }

  /** With a name, its passkeys, or some that look like it; without one, the device shows what it has. */
  async authenticationOptions(asking: Asking, name: ClaimedName | null): Promise<RequestOptions> {
    const { challenges, sealer } = this.#resources;
    const challenge = await challenges.create({
      purpose: 'authentication',
      visit: asking.visit,
      subject: name && this.#subjectOf(name.key),
    });
    const decoys = name ? decoyPasskeys(sealer, name.key) : [];
    const known = name ? await this.#descriptorsOf('people.name_key', name.key) : [];
    return requestOptions(asking.relyingParty, { challenge, allowed: known.length > 0 ? known : decoys });
  }

  /** All refusals are alike, and what is wrong is in their cause alone. */
  async verifyAnswer(asking: Asking, response: AuthenticationAnswer): Promise<PasskeyEntry> {
    const challenge = clientDataOf(response)?.challenge ?? '';
    const claimed = await this.#resources.challenges.claim(challenge, {
      purpose: 'authentication',
      visit: asking.visit,
    });
    if (!claimed) throw passkeyRefused('the challenge was not given here, or not any more');
    const row = await this.#find(response.id);
    const credential = row
      ? { id: row.id, publicKey: new Uint8Array(row.public_key), counter: row.counter }
      : { ...this.#decoy, id: response.id };
    let answer: VerifiedAnswer;
    try {
      const { relyingParty } = asking;
      answer = await verifyAuthentication(response, { challenge, relyingParty, credential });
    } catch (error) {
      throw passkeyRefused(messageOf(error));
    }
    if (!row) throw passkeyRefused('nobody has this passkey');
    const wanted = claimed.subject === null || claimed.subject === this.#subjectOf(row.name_key);
    if (!wanted) throw passkeyRefused('it is the passkey of somebody else');
    const handle = response.response.userHandle;
    if (handle && Buffer.from(handle, 'base64url').toString() !== row.person)
      throw passkeyRefused('the passkey says that it belongs to somebody else');
    if (answer.backupEligible !== row.backup_eligible)
      throw passkeyRefused('whether the passkey may be copied has changed');
    return {
      person: { id: row.person, name: row.owner },
      method: methodOf(answer),
      passkey: row.id,
      keep: (trx) => this.#keep(trx, row.id, answer),
    };
  }

  async list(person: string): Promise<Passkey[]> {
    const rows = await this.#resources.db
      .selectFrom('passkeys')
      .select(['id', 'name', 'created_at', 'last_used_at', 'backup_eligible'])
      .where('person', '=', person)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      synced: row.backup_eligible,
    }));
  }

  async rename(person: string, id: string, name: string): Promise<void> {
    const renamed = await this.#resources.db
      .updateTable('passkeys')
      .set({ name })
      .where('id', '=', id)
      .where('person', '=', person)
      .returning('id')
      .executeTakeFirst();
    if (!renamed) throw unknownPasskey();
  }

  async remove(trx: Transaction<ApplicationTables>, person: string, id: string): Promise<void> {
    const removed = await trx
      .deleteFrom('passkeys')
      .where('id', '=', id)
      .where('person', '=', person)
      .returning('id')
      .executeTakeFirst();
    if (!removed) throw unknownPasskey();
  }

  async #keep(trx: Transaction<ApplicationTables>, id: string, answer: VerifiedAnswer): Promise<void> {
    const { counter, backedUp } = answer;
    const kept = await trx
      .updateTable('passkeys')
      .set({ counter, backed_up: backedUp, last_used_at: this.#resources.now() })
      .where('id', '=', id)
      .where(({ or, and, eb }) =>
        or([eb('counter', '<', counter), and([eb('counter', '=', 0), eb(sql.val(counter), '=', 0)])]),
      )
      .returning('id')
      .executeTakeFirst();
    if (!kept) throw passkeyRefused('the passkey was removed, or used with a later count, meanwhile');
  }

  async #find(id: string) {
    return (
      this.#resources.db
        .selectFrom('passkeys')
        .innerJoin('people', 'people.id', 'passkeys.person')
        .select(['passkeys.id', 'passkeys.person', 'public_key', 'counter', 'backup_eligible'])
        .select(['people.name as owner', 'people.name_key'])
        .where('passkeys.id', '=', id)
        // Of whoever waits for a review it opens nothing yet.
        .where('people.state', '=', 'active')
        .executeTakeFirst()
    );
  }

  async #descriptorsOf(column: 'people.id' | 'people.name_key', value: string): Promise<PasskeyDescriptor[]> {
    return this.#resources.db
      .selectFrom('passkeys')
      .innerJoin('people', 'people.id', 'passkeys.person')
      .select(['passkeys.id', 'transports'])
      .where(column, '=', value)
      .where('people.state', '=', 'active')
      .orderBy('created_at')
      .execute();
  }

  #subjectOf(nameKey: string): string {
    return this.#resources.sealer.keyedHash(`passkey is asked of ${nameKey}`);
  }
}
