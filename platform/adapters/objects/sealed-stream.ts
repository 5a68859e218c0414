import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { EncryptionKey } from './encryption-key.ts';
import { authenticated, headerBytes, headerOf, notOurs, requireKey, tagBytes, wasChanged } from './sealed.ts';
import { slices } from './slices.ts';

export const sealedStreamMagic = 'VVX2';
const saltBytes = 32;
/** What a sealed stream begins with, before its chunks. */
export const preambleBytes = headerBytes + saltBytes;
const chunkBytes = 64 * 1024;
export const sealedChunkBytes = chunkBytes + tagBytes;

/**
 * Encrypts a stream of any length in constant memory, by the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár
 * 2015) as age has it:
 *
 * `VVX2` | key id (8 bytes) | salt (32) | chunks of 64 KiB of content and a tag (16) each, the last one shorter
 *
 * The chunks are under AES-256-GCM with a key of the object's own: HKDF-SHA-256 of the store's key and the salt, with the
 * header and the object's key as its info. A chunk's nonce is its number (11 bytes, big endian) and whether it is the last
 * one (1 byte), so that chunks cannot be exchanged, repeated or left out, at the end neither, without being noticed.
 */
export async function* sealStream(
  content: AsyncIterable<Uint8Array>,
  key: EncryptionKey,
  objectKey: string,
): AsyncGenerator<Uint8Array, void> {
  const preamble = Buffer.concat([headerOf(sealedStreamMagic, key), randomBytes(saltBytes)]);
  const ownKey = deriveKey(preamble, key, objectKey);
  yield preamble;
  let index = 0;
  for await (const { bytes, last } of slices(content, chunkBytes)) {
    const cipher = createCipheriv('aes-256-gcm', ownKey, nonceOf(index++, last));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Opens the chunks that follow `preamble`, one after another; throws a SystemError at the first that is not as it was. */
export function chunkOpener(
  preamble: Uint8Array,
  key: EncryptionKey,
  objectKey: string,
): (chunk: Uint8Array, last: boolean) => Uint8Array {
  requireKey(preamble, sealedStreamMagic, key, objectKey);
  if (preamble.length < preambleBytes) throw notOurs(objectKey);
  const ownKey = deriveKey(preamble, key, objectKey);
  let index = 0;
  return (chunk, last) => {
    if (chunk.length < tagBytes) throw wasChanged(objectKey);
    const decipher = createDecipheriv('aes-256-gcm', ownKey, nonceOf(index++, last)).setAuthTag(
      chunk.subarray(-tagBytes),
    );
    try {
      const bytes = decipher.update(chunk.subarray(0, -tagBytes));
      decipher.final();
      return bytes;
    } catch (cause) {
      throw wasChanged(objectKey, cause);
    }
  };
}

function deriveKey(preamble: Uint8Array, key: EncryptionKey, objectKey: string): Uint8Array {
  const info = authenticated(preamble.subarray(0, headerBytes), objectKey);
  return new Uint8Array(
    hkdfSync('sha256', key.bytes, preamble.subarray(headerBytes, preambleBytes), info, 32),
  );
}

function nonceOf(index: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
