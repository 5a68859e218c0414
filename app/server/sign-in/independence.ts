import type { Caller } from './sessions.ts';

/** How a session began, where that is known (RFC 8176). */
type Authenticated = Caller & { readonly amr?: readonly string[] };

/** What face and voice alone give; `mfa` and `pop` say how many there were, not which. */
const ofRecordings = new Set(['face', 'vbm', 'mfa', 'pop', 'user']);

/**
 * Whether what a caller says rests on something else than the face and the voice that it is about: an operator, or a session
 * that began with another factor. A session whose beginning is not known began with face and voice.
 */
export function independentOfRecordings(caller: Authenticated): boolean {
  if (caller.operator) return true;
  return caller.person !== null && (caller.amr ?? []).some((method) => !ofRecordings.has(method));
}
