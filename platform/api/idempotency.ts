import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { type Digest, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';

/** The header by which something is asked for again after an answer was lost, and is there once. */
export const WithIdempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{8,200}$/, 'expected 8 to 200 visible ASCII characters, such as a UUID')
    .optional()
    .openapi({
      description: 'a UUID, a new one for each thing that is asked for; sent again with it, it is the same',
    }),
});

/** What a key makes of a request. */
export interface KeyedRequest {
  /** Of what is made: the same for the same key. */
  readonly id: string;
  /** Tells whether the key was used for the same before. */
  readonly requestDigest: Digest;
}

/** `kind`: of what is asked for, since a key may be used once for each. */
export function keyedRequest(kind: string, key: string, body: unknown): KeyedRequest {
  const hash = createHash('sha256').update(`visavox ${kind}\n${key}`).digest();
  // A UUID of version 8, whose bits are the application's own (RFC 9562).
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const id = hash
    .subarray(0, 16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id, requestDigest: digestOfJson(body) };
}

/** Throws a UserError where `made`, which is there under the key's id, was asked for with something else. */
export function requireSameRequest(
  keyed: KeyedRequest | undefined,
  made: { readonly requestDigest?: Digest | undefined } | undefined,
): void {
  if (!keyed || !made || made.requestDigest === keyed.requestDigest) return;
  throw new UserError({
    kind: 'conflict',
    code: 'idempotency_key_reused',
    message: 'this Idempotency-Key was used for another request',
    action: 'Use a new key, such as a UUID, for each thing that you ask for.',
  });
}
