import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SystemError } from '@visavox/core/errors';
import { identify, isRunning, ProcessIdentity } from './process-identity.ts';

export type LockAnswer = { readonly release: () => Promise<void> } | { readonly heldBy: ProcessIdentity };

/**
 * Lets one process at a time use a folder. The lock of a process that has died is taken over.
 * Answers the holder instead of a lock when it lives.
 */
export function lockFolder(folder: string): Promise<LockAnswer> {
  return lock(join(folder, 'lock.json'));
}

async function lock(file: string): Promise<LockAnswer> {
  const self = await identify(process.pid);
  if (!self) throw new SystemError('this process cannot find itself in the process table');
  const claim = JSON.stringify({ ...self, claim: randomUUID() });
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await appear(file, claim)) return { release: () => removeIf(file, claim) };
    const found = await read(file);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder && (await isRunning(holder))) return { heldBy: holder };
    await removeStale(file, found);
  }
  throw new SystemError(`the lock ${file} keeps changing hands`);
}

/**
 * Only who holds the lock on one stale lock may remove it. Two that found it stale would otherwise remove it one
 * after the other, the slower one removing the lock of the faster.
 */
async function removeStale(file: string, stale: string): Promise<void> {
  const name = createHash('sha256').update(stale).digest('hex').slice(0, 16);
  const permission = await lock(`${file}.${name}`);
  if ('heldBy' in permission) {
    await pause(20);
    return;
  }
  await removeIf(file, stale);
  await permission.release();
}

/** The file appears with its content, or not at all. */
async function appear(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, content, { mode: 0o600 });
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function removeIf(file: string, content: string): Promise<void> {
  if ((await read(file)) === content) await rm(file, { force: true });
}

async function read(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return ProcessIdentity.parse(JSON.parse(text));
  } catch {
    // A lock that nobody can read was left by a power cut.
    return undefined;
  }
}
