import type { Kysely } from 'kysely';
import type { NewcomerSearch } from '../enrolment/newcomer-search.ts';
import type { Recordings } from '../retention/recordings.ts';
import type { Sealer } from '../sealing.ts';
import { type Session, Sessions, waysOf } from '../sign-in/sessions.ts';
import type { ApplicationTables } from '../tables.ts';
import { AccessLog } from './access-log.ts';
import { CodeEntry } from './code-entry.ts';
import { Devices } from './devices.ts';
import { EnrolmentTickets } from './enrolment-tickets.ts';
import { Entrance, type Lift } from './entrance.ts';
import { FaceAndVoice } from './face-and-voice.ts';
import { Joining, type MayJoin } from './joining.ts';
import { type EntryLimits, RecentTries } from './limits.ts';
import { OwnWaysIn } from './own-ways.ts';
import { PasskeyChallenges } from './passkey-challenges.ts';
import { Passkeys } from './passkeys.ts';
import { mayShowFaceAndVoice, type SignInPolicy } from './policy.ts';
import { SignInCodes } from './sign-in-codes.ts';

export interface WaysInFoundations {
  readonly db: Kysely<ApplicationTables>;
  readonly sealer: Sealer;
  readonly recordings: Recordings;
  readonly policy: SignInPolicy;
  readonly now: () => Date;
  readonly mayJoin: MayJoin;
  readonly lift: Lift;
  readonly search: Pick<NewcomerSearch, 'forget'>;
  readonly codeLimits?: EntryLimits;
}

export type WaysIn = ReturnType<typeof composeWaysIn>;

/** All ways in beside face and voice, and the sessions that every way ends in. */
export function composeWaysIn(foundations: WaysInFoundations) {
  const { db, sealer, recordings, search, policy, mayJoin, lift, now } = foundations;
  const limits = foundations.codeLimits ?? new RecentTries({ now });
  const accessLog = new AccessLog({ db, now });
  const sessions = new Sessions({ db, policy, now });
  const devices = new Devices({ db, now });
  const entrance = new Entrance({ db, sessions, devices, accessLog, lift });
  const challenges = new PasskeyChallenges({ db, now });
  const passkeys = new Passkeys({ db, sealer, challenges, now });
  const codes = new SignInCodes({ db, sealer, now });
  const codeEntry = new CodeEntry({ db, sealer, codes, entrance, accessLog, limits });
  const faceAndVoice = new FaceAndVoice({ db, recordings, search });
  const tickets = new EnrolmentTickets({ db, now });
  const joining = new Joining({ db, passkeys, accessLog, mayJoin, now });
  const own = new OwnWaysIn({ db, passkeys, codes, faceAndVoice, sessions, devices, accessLog });
  const sweep = async () => {
    for (const part of [sessions, challenges, codes, devices, tickets, accessLog, faceAndVoice])
      await part.sweep();
  };
  return {
    ...{ policy, accessLog, sessions, devices, entrance, passkeys, codeEntry, tickets, joining, own },
    /** In the session that the attempt comes with, if it is one of this person. */
    mayShowFaceAndVoice: async (person: string, session: Session | null) => {
      const shown = session?.person.id === person ? session.amr : [];
      return mayShowFaceAndVoice(policy, shown, await waysOf(db, person));
    },
    /** Somebody came with a wrong token of operators. */
    operatorRefused: (network: string) =>
      accessLog.record({ kind: 'operator_token_refused', person: null, by: 'anybody', details: { network } }),
    sweep,
  };
}
