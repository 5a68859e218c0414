import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';
import { UserError } from './errors.ts';
import { digestMismatch } from './object-store.ts';

/** What senders put into one pack at most: bytes that a server holds in memory. */
export const packBytes = 8 << 20;
export const packBlobs = 2000;

export interface PackedBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

const Head = z.array(z.tuple([Digest, z.number().int().nonnegative()])).max(100_000);
const newline = 10;

/** Small blobs as the body of one request: a line of JSON with the digest and the length of each, then their bytes. */
export function packOf(blobs: readonly PackedBlob[]): Uint8Array {
  const head = JSON.stringify(blobs.map(({ digest, bytes }) => [digest, bytes.length]));
  return Buffer.concat([Buffer.from(`${head}\n`), ...blobs.map(({ bytes }) => bytes)]);
}

/** Throws a UserError where it is no pack, or where a blob's bytes are not those of its digest. */
export function blobsOf(pack: Uint8Array): readonly PackedBlob[] {
  const end = pack.indexOf(newline);
  const head = Head.safeParse(end < 0 ? undefined : parsed(new TextDecoder().decode(pack.subarray(0, end))));
  if (!head.success) throw packInvalid('it does not begin with a line of digests and lengths');
  let start = end + 1;
  const blobs = head.data.map(([digest, length]) => {
    const bytes = pack.subarray(start, start + length);
    if (bytes.length < length) throw packInvalid('it ends before its last blob does');
    if (digestOf(bytes) !== digest) throw digestMismatch(digestOf(bytes));
    start += length;
    return { digest, bytes };
  });
  if (start < pack.length) throw packInvalid('there is more in it than its first line says');
  return blobs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said as what it is not
  }
}

function packInvalid(what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'pack_invalid',
    message: `this is no pack of blobs: ${what}`,
    action: 'Send a line of JSON, [[digest, length], …], and then the bytes of the blobs in that order.',
  });
}
