import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SystemError, UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import { type EncryptionKey, keyIdBytes } from './encryption-key.ts';

const magic = Buffer.from('VVX1');
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = magic.length + keyIdBytes;

/**
 * Encrypts what it hands to another store, with AES-256-GCM:
 * `VVX1` | key id (8 bytes) | nonce (12) | ciphertext | tag (16).
 * The header and the object's own key are authenticated, so an object moved to another key is refused. NIST SP
 * 800-38D allows 2^32 random nonces a key.
 */
export class EncryptedObjectStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #key: EncryptionKey;

  constructor(inner: ObjectStore, key: EncryptionKey) {
    this.#inner = inner;
    this.#key = key;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const header = Buffer.concat([magic, this.#key.id]);
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key.bytes, nonce).setAAD(authenticated(header, key));
    const parts = [header, nonce, cipher.update(bytes), cipher.final()];
    await this.#inner.put(key, Buffer.concat([...parts, cipher.getAuthTag()]));
  }

  async get(key: string): Promise<Uint8Array> {
    const sealed = Buffer.from(await this.#inner.get(key));
    const header = sealed.subarray(0, headerBytes);
    if (
      sealed.length < headerBytes + nonceBytes + tagBytes ||
      !header.subarray(0, magic.length).equals(magic)
    )
      throw new SystemError(`object "${key}" is not one that this store encrypted`);
    if (!header.subarray(magic.length).equals(this.#key.id)) throw wrongKey(key);
    const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key.bytes, nonce)
      .setAAD(authenticated(header, key))
      .setAuthTag(sealed.subarray(-tagBytes));
    try {
      const text = decipher.update(sealed.subarray(headerBytes + nonceBytes, -tagBytes));
      return Buffer.concat([text, decipher.final()]);
    } catch (cause) {
      throw new SystemError(`object "${key}" was changed after it was written`, { cause });
    }
  }

  has(key: string): Promise<boolean> {
    return this.#inner.has(key);
  }

  delete(key: string): Promise<void> {
    return this.#inner.delete(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#inner.list(prefix);
  }
}

function authenticated(header: Uint8Array, key: string): Buffer {
  return Buffer.concat([header, Buffer.from(key, 'utf8')]);
}

function wrongKey(key: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'encryption_key_wrong',
    message: `object "${key}" was encrypted with another key than the one in use`,
    action: 'Put the key file back that belongs to this object store (it is in the backup of the secrets).',
  });
}
