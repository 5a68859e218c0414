import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { SystemError } from '@visavox/core/errors';
import { derivedKey } from '@visavox/host/secrets';

const ivLength = 12;
const tagLength = 16;

/**
 * AES-256-GCM for columns that must not be readable in the database. `context` (such as a row's key) is
 * authenticated, so that a sealed value cannot be moved to another row.
 */
export class Sealer {
  readonly #key: Uint8Array;
  readonly #hashKey: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#key = derivedKey(secret, 'database columns');
    this.#hashKey = derivedKey(secret, 'database hashes');
  }

  /** Equal texts have equal hashes, and nobody without the key finds the text by trying. `text` begins with what it is. */
  keyedHash(text: string): string {
    return createHmac('sha256', this.#hashKey).update(text).digest('base64url');
  }

  seal(plain: Uint8Array, context: string): Uint8Array {
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  open(bytes: Uint8Array, context: string): Uint8Array {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivLength));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()]);
    } catch (cause) {
      throw new SystemError(`the sealed ${context} cannot be opened: wrong key, or altered`, { cause });
    }
  }
}
