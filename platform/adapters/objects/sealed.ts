import { SystemError, UserError } from '@visavox/core/errors';
import { type EncryptionKey, keyIdBytes } from './encryption-key.ts';

const magicBytes = 4;
export const tagBytes = 16;
export const headerBytes = magicBytes + keyIdBytes;

/** What a sealed object begins with: its format and which key opens it. */
export function headerOf(magic: string, key: EncryptionKey): Uint8Array {
  return Buffer.concat([Buffer.from(magic, 'latin1'), key.id]);
}

export function magicOf(sealed: Uint8Array): string {
  return Buffer.from(sealed.subarray(0, magicBytes)).toString('latin1');
}

/** Authenticated with every object: an object that was moved to another key is refused. */
export function authenticated(header: Uint8Array, objectKey: string): Uint8Array {
  return Buffer.concat([header, Buffer.from(objectKey, 'utf8')]);
}

export function requireKey(header: Uint8Array, magic: string, key: EncryptionKey, objectKey: string): void {
  if (header.length < headerBytes || magicOf(header) !== magic) throw notOurs(objectKey);
  if (Buffer.compare(header.subarray(magicBytes, headerBytes), key.id) === 0) return;
  throw new UserError({
    kind: 'unavailable',
    code: 'encryption_key_wrong',
    message: `object "${objectKey}" was encrypted with another key than the one in use`,
    action: 'Put the key file back that belongs to this object store (it is in the backup of the secrets).',
  });
}

export function notOurs(objectKey: string): SystemError {
  return new SystemError(`object "${objectKey}" is not one that this store encrypted`);
}

export function wasChanged(objectKey: string, cause?: unknown): SystemError {
  return new SystemError(`object "${objectKey}" was changed after it was written`, { cause });
}
