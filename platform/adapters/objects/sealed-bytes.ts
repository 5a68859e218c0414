import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey } from './encryption-key.ts';
import { authenticated, headerBytes, headerOf, notOurs, requireKey, tagBytes, wasChanged } from './sealed.ts';

export const sealedBytesMagic = 'VVX1';
const nonceBytes = 12;

/**
 * Bytes in one piece, under AES-256-GCM: `VVX1` | key id (8 bytes) | nonce (12) | ciphertext | tag (16). NIST SP 800-38D
 * allows 2^32 random nonces a key.
 */
export function sealBytes(bytes: Uint8Array, key: EncryptionKey, objectKey: string): Uint8Array {
  const header = headerOf(sealedBytesMagic, key);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(authenticated(header, objectKey));
  return Buffer.concat([header, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Throws a SystemError where a byte was changed, or the object was moved to another key. */
export function openBytes(sealed: Uint8Array, key: EncryptionKey, objectKey: string): Uint8Array {
  if (sealed.length < headerBytes + nonceBytes + tagBytes) throw notOurs(objectKey);
  const header = sealed.subarray(0, headerBytes);
  requireKey(header, sealedBytesMagic, key, objectKey);
  const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce)
    .setAAD(authenticated(header, objectKey))
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    const text = decipher.update(sealed.subarray(headerBytes + nonceBytes, -tagBytes));
    return Buffer.concat([text, decipher.final()]);
  } catch (cause) {
    throw wasChanged(objectKey, cause);
  }
}
