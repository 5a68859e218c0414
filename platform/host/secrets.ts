import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Reads a secret file; the first time, makes it with `length` random bytes as hexadecimal, for its owner alone. One that
 * is there may lie in a folder that cannot be written to, such as a mounted secret.
 */
export async function ensureSecret(path: string, length: number): Promise<string> {
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (known !== undefined) return known.trim();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(fresh, 'wx', 0o600);
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

/** The value of a key of a secret that an operator put there for steps: the file `steps/<secret>/<key>`. */
export async function readStepSecret(
  folder: string,
  secret: string,
  key: string,
): Promise<string | undefined> {
  const names = [secret, key];
  if (!names.every((name) => /^[A-Za-z0-9_.-]+$/.test(name) && !/^\.+$/.test(name))) return undefined;
  const text = await readFile(join(folder, 'steps', secret, key), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    },
  );
  return text?.replace(/\n$/, '');
}
