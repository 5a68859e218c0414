import { hkdfSync, randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@visavox/core/errors';

/**
 * Reads a secret file; the first time, makes it with `length` random bytes as hexadecimal, for its owner alone. One that
 * is there may lie in a folder that cannot be written to, such as a mounted secret.
 */
export async function ensureSecret(path: string, length: number): Promise<string> {
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (known !== undefined) return known.trim();
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await openNew(fresh, path);
  try {
    await file.writeFile(`${randomBytes(length).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh);
  }
  return (await readFile(path, 'utf8')).trim();
}

async function openNew(fresh: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await open(fresh, 'wx', 0o600);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!['EROFS', 'EACCES', 'EPERM'].includes(code)) throw cause;
    throw new UserError({
      kind: 'invalid',
      code: 'secret_missing',
      message: `there is no ${basename(path)} in ${dirname(path)}, and it cannot be made there`,
      action: `Add it to the secrets (64 hexadecimal digits, such as "openssl rand -hex 32" prints), or let the folder be written to.`,
      cause,
    });
  }
}

/** The 32 bytes of a secret; throws a UserError `secret_invalid`, since other text would be read as next to no bytes. */
export function secretBytes(text: string, name: string): Uint8Array {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  throw new UserError({
    kind: 'invalid',
    code: 'secret_invalid',
    message: `${name} does not hold 64 hexadecimal digits`,
    action:
      'Restore it from the backup, or put there what "openssl rand -hex 32" prints if it was never used.',
  });
}

/** 32 bytes for one purpose, by HKDF (RFC 5869): no purpose gives away the key of another. */
export function derivedKey(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `visavox ${purpose}`, 32));
}

const stepFolders = { secret: 'steps', configMap: 'config-maps' } as const;

/**
 * The value of a key of a secret or a config map that an operator put there for steps: the file `steps/<secret>/<key>`, or
 * `config-maps/<config map>/<key>`.
 */
export async function readStepValue(
  folder: string,
  kind: keyof typeof stepFolders,
  name: string,
  key: string,
): Promise<string | undefined> {
  if (![name, key].every(isPlainName)) return undefined;
  const text = await readFile(join(folder, stepFolders[kind], name, key), 'utf8').catch(absent);
  return text?.replace(/\n$/, '');
}

/** The keys of such a secret or config map; none where it is not there. */
export async function stepKeys(
  folder: string,
  kind: keyof typeof stepFolders,
  name: string,
): Promise<readonly string[]> {
  if (!isPlainName(name)) return [];
  const names = (await readdir(join(folder, stepFolders[kind], name)).catch(absent)) ?? [];
  return names.filter(isPlainName);
}

/** One that leads nowhere else. What a mounted secret's folder has beside its keys begins with two dots. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(name) && !/^(\.+$|\.\.)/.test(name);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
