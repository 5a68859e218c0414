import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemError } from '@visavox/core/errors';
import { identify, isRunning, ProcessIdentity } from './process-identity.ts';

export type FolderLock = { readonly release: () => Promise<void> };

/**
 * Lets one process at a time use a folder. The lock of a process that has died is taken over.
 * Answers the holder instead of a lock when it lives.
 */
export async function lockFolder(folder: string): Promise<FolderLock | { readonly heldBy: ProcessIdentity }> {
  const file = join(folder, 'lock.json');
  const self = await identify(process.pid);
  if (!self) throw new SystemError('this process cannot find itself in the process table');
  const claim = JSON.stringify({ ...self, claim: randomUUID() });
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await create(file, claim)) return { release: () => releaseLock(file, claim) };
    const found = await readLock(file);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder && (await isRunning(holder))) return { heldBy: holder };
    await takeAway(file, found);
  }
  throw new SystemError(`the lock ${file} keeps changing hands`);
}

/** The file appears with its content, or not at all. */
async function create(file: string, claim: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, claim, { mode: 0o600 });
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

/** Moves a dead process's lock aside; if another process was faster and it is that one's lock, puts it back. */
async function takeAway(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) === stale) await rm(aside);
  else await rename(aside, file);
}

async function releaseLock(file: string, claim: string): Promise<void> {
  if ((await readLock(file)) === claim) await rm(file, { force: true });
}

async function readLock(file: string): Promise<string | undefined> {
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
