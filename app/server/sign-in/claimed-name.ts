import { personName } from '../enrolment/person-name.ts';
import type { Sealer } from '../sealing.ts';

/** A name that somebody says to have; nothing here tells whether anybody has it. */
export interface ClaimedName {
  /** As names are compared. */
  readonly key: string;
  /** Keyed hash of it, for whatever is kept of names that may be nobody's. */
  readonly hash: string;
}

export function claimedName(given: string, sealer: Sealer): ClaimedName {
  const { key } = personName(given);
  return { key, hash: hashOfName(key, sealer) };
}

export function hashOfName(key: string, sealer: Sealer): string {
  return sealer.keyedHash(`claimed name ${key}`);
}
