import { mkdirSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileName } from './attempt.ts';

const folderName = 'checkpoints';

/** How long those of a run that failed or was canceled wait for it to be resumed. */
export const checkpointsKeptMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Where a task keeps what it needs to go on where it was (`VISAVOX_CHECKPOINTS`): each attempt finds what the one before
 * left there, and so does a run that is resumed. It is removed once the task has succeeded.
 */
export function checkpointsFolder(runFolder: string, task: string): string {
  return join(runFolder, folderName, fileName(task));
}

export function makeCheckpointsFolder(runFolder: string, task: string): void {
  mkdirSync(checkpointsFolder(runFolder, task), { recursive: true, mode: 0o700 });
}

export async function removeCheckpoints(runFolder: string, task: string): Promise<void> {
  await rm(checkpointsFolder(runFolder, task), { recursive: true, force: true });
}

/** Those of all tasks, once nothing of the run is left to be resumed. */
export async function removeAllCheckpoints(runFolder: string): Promise<void> {
  await rm(join(runFolder, folderName), { recursive: true, force: true });
}

/** Removes those of tasks that have written none for so long that nobody will resume them. */
export async function sweepCheckpoints(runFolder: string, now: Date): Promise<void> {
  const folder = join(runFolder, folderName);
  for (const task of await readdir(folder).catch(() => [])) await sweepIfOld(join(folder, task), now);
}

/** Removes a folder in which nothing was written for as long. */
export async function sweepIfOld(folder: string, now: Date): Promise<void> {
  const newest = await newestIn(folder);
  if (now.getTime() - newest > checkpointsKeptMs) await rm(folder, { recursive: true });
}

async function newestIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const times = [folder, ...names.map((name) => join(folder, name))].map(
    (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...times);
}
