import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '@visavox/core/errors';

/** 32 bytes for AES-256, and a name for them that tells nothing about them. */
export interface EncryptionKey {
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface KeySource {
  /** A text file with 64 hexadecimal digits. */
  readonly file?: string | undefined;
  /** The 64 digits themselves, from a secret manager; the file is not looked at then. */
  readonly override?: string | undefined;
}

export const keyIdBytes = 8;

export function encryptionKey(bytes: Uint8Array): EncryptionKey {
  if (bytes.length !== 32) throw new TypeError(`an AES-256 key has 32 bytes. Received: ${bytes.length}`);
  const id = createHash('sha256').update('visavox encryption key\n').update(bytes).digest();
  return { id: id.subarray(0, keyIdBytes), bytes };
}

/** `undefined` where there is no key yet. */
export async function loadEncryptionKey(source: KeySource): Promise<EncryptionKey | undefined> {
  if (source.override !== undefined) return parseKey(source.override, 'the key setting');
  if (source.file === undefined) return undefined;
  try {
    return parseKey(await readFile(source.file, 'utf8'), source.file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Two processes that create at once get the same key: the file appears whole, and only one can make it appear. */
export async function createEncryptionKey(path: string): Promise<EncryptionKey> {
  const file = resolve(path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(temporary, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return parseKey(await readFile(file, 'utf8'), file);
}

function parseKey(text: string, where: string): EncryptionKey {
  const digits = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(digits)) return encryptionKey(Buffer.from(digits, 'hex'));
  throw new UserError({
    kind: 'invalid',
    code: 'encryption_key_invalid',
    message: `${where} does not hold an encryption key`,
    action:
      'Restore it from the backup: 64 hexadecimal digits. Without that key, what is stored cannot be read.',
  });
}
