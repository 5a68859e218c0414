import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OperatorToken } from '@visavox/api/resources';
import { UserError } from '@visavox/core/errors';
import { ensureSecret } from './secrets.ts';

const bytes = 32;
/** Nobody finds out as many by trying, so that whoever has it need never be made to wait. */
const leastCharacters = 32;
const lookEveryMs = 2000;

export const operatorTokenFile = (secrets: string) => join(secrets, 'operator.token');

/**
 * The operators' token as its file says, followed while the process runs: a secret that is replaced under a running
 * server (a mounted one, or by another process) is the only one that counts a few seconds later.
 */
export async function openOperatorToken(path: string): Promise<OperatorToken> {
  let token = strong(await ensureSecret(path, bytes), path);
  let read = await changedAt(path);
  let lookedAt = performance.now();
  return async () => {
    if (performance.now() - lookedAt < lookEveryMs) return token;
    lookedAt = performance.now();
    const changed = await changedAt(path);
    if (changed === read) return token;
    const text = (await readFile(path, 'utf8').catch(() => '')).trim();
    // While it is written, or where somebody emptied it: the token before stays.
    if (text.length >= leastCharacters) {
      token = text;
      read = changed;
    }
    return token;
  };
}

/** Writes a new token in the old one's place, at once or not at all. */
export async function rotateOperatorToken(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(bytes).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw new UserError({
      kind: 'unavailable',
      code: 'operator_token_fixed',
      message: `the operators' token in ${path} cannot be replaced from here`,
      action: 'Replace it where the secret is kept; running servers follow it within seconds.',
      cause,
    });
  }
}

/** A mounted secret is a link to another file each time. */
async function changedAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found ? `${found.ino} ${found.mtimeMs}` : '';
}

function strong(token: string, path: string): string {
  if (token.length >= leastCharacters) return token;
  throw new UserError({
    kind: 'invalid',
    code: 'operator_token_weak',
    message: `the operators' token in ${path} has fewer than ${leastCharacters} characters`,
    action: 'Delete the file, and a good one is made; or write one with "openssl rand -hex 32".',
  });
}
