import { digestOf, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { invalidRequest } from '../faults.ts';
import type { Recording } from '../retention/recordings.ts';

export interface Idempotency {
  readonly key: string;
  /** Of what it is used for. */
  readonly digest: string;
}

export function idempotencyOf(
  request: { readonly idempotencyKey: string | undefined; readonly recordings: readonly Recording[] },
  nameKey: string,
): Idempotency | undefined {
  const key = request.idempotencyKey;
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) {
    throw invalidRequest(
      'the Idempotency-Key is not 8 to 200 visible ASCII characters',
      'Use a UUID, a new one for each enrolment.',
    );
  }
  const recordings = request.recordings.map((recording) => digestOf(recording.bytes));
  return { key, digest: digestOfJson({ name: nameKey, recordings }) };
}

export function idempotencyReused(): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'idempotency_key_reused',
    message: 'this Idempotency-Key was used for another enrolment',
    action: 'Use a new key for each enrolment.',
  });
}
