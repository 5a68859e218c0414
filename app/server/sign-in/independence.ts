import type { Decision } from '../tables.ts';

/** Who says something, and how the session began, where that is known (RFC 8176). */
export interface Speaker {
  /** The person's id. */
  readonly person: string | null;
  readonly operator: boolean;
  readonly amr?: readonly string[] | undefined;
}

/** What face and voice alone give; `mfa`, `pop` and `user` say how many there were, not which. */
const ofRecordings = new Set(['face', 'vbm', 'mfa', 'pop', 'user']);

/**
 * Whether what somebody says rests on something else than the face and the voice that it is about: an operator, or a session
 * that began with another factor. A session whose beginning is not known began with face and voice.
 */
export function independentOfRecordings({ person, operator, amr }: Speaker): boolean {
  return operator || (person !== null && (amr ?? []).some((method) => !ofRecordings.has(method)));
}

/**
 * Whether somebody may make an attempt's recordings the person's. What was not accepted never becomes the person's: a stranger
 * would be learned as whom he claimed to be.
 */
export function mayTeach(
  attempt: { readonly person: string | null; readonly decision: Decision },
  by: Speaker,
): boolean {
  return attempt.person !== null && attempt.decision === 'accept' && independentOfRecordings(by);
}
