import type { Kysely, Transaction } from 'kysely';
import type { Sessions } from '../sign-in/sessions.ts';
import type { ApplicationTables } from '../tables.ts';
import type { AccessLog } from './access-log.ts';
import type { Devices } from './devices.ts';
import type { Method, Step } from './policy.ts';

export type Way = 'face_and_voice' | 'passkey' | 'recovery_code' | 'operator_code';

/** What the browser brings along. */
export interface AtTheDoor {
  /** Its session, which the new one takes the place of. */
  readonly session: string | undefined;
  readonly device: string | undefined;
}

export interface LetIn {
  readonly person: { readonly id: string; readonly name: string };
  readonly session: string;
  readonly device: string;
  /** What the policy still asks for. */
  readonly next: Step | null;
}

interface EntranceResources {
  readonly db: Kysely<ApplicationTables>;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly accessLog: AccessLog;
  /** Somebody showed who they are without face and voice: whatever stopped these for them is over. */
  readonly lift: Lift;
}

export type Lift = (person: { readonly id: string; readonly name: string }) => Promise<void>;

/** Where every way in ends: a session, and a device that is known from then on. */
export class Entrance {
  readonly #resources: EntranceResources;

  constructor(resources: EntranceResources) {
    this.#resources = resources;
  }

  /**
   * `prove` uses up what is shown (a code, a passkey's count) and says whose it is, in the transaction that opens the
   * session: whatever dies in between, a code is not lost without a session, nor is one used twice.
   */
  async letIn(
    atTheDoor: AtTheDoor,
    shown: { way: Way; amr: readonly Method[] },
    prove: (trx: Transaction<ApplicationTables>) => Promise<{ id: string; name: string }>,
  ): Promise<LetIn> {
    const { db, sessions, devices, accessLog, lift } = this.#resources;
    const letIn = await db.transaction().execute(async (trx) => {
      const { id, name } = await prove(trx);
      const { session, device } = atTheDoor;
      const opened = await sessions.start({ person: id, amr: shown.amr, replaces: session }, trx);
      const known = await devices.remember(id, device, trx);
      await accessLog.record(
        { kind: 'signed_in', person: id, by: 'person', details: { way: shown.way } },
        trx,
      );
      return { person: { id, name }, session: opened.token, device: known, next: opened.next };
    });
    if (shown.way !== 'face_and_voice') await lift(letIn.person);
    return letIn;
  }
}
