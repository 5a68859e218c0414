// One set-up at a time in a folder. Plain JavaScript: it runs before any package is installed.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAUSE_MILLISECONDS = 500;

/**
 * Runs `work` while no other process does so with `folder`. `waiting` is told once which process it waits for. The lock
 * of a process that was killed is taken over.
 */
export async function alone(folder, work, waiting = () => {}) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  let told = false;
  while (!take(lock)) {
    const holder = read(lock);
    if (holder === null) continue;
    if (!isRunning(holder)) {
      remove(lock, holder);
      continue;
    }
    if (!told) waiting(Number(holder));
    told = true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  try {
    return await work();
  } finally {
    remove(lock, String(process.pid));
  }
}

function take(lock) {
  // Written elsewhere first: nobody may read a lock that names no process yet.
  const mine = `${lock}.${process.pid}`;
  mkdirSync(mine, { recursive: true });
  writeFileSync(join(mine, 'pid'), String(process.pid));
  try {
    // A folder takes the place of another one only if that is empty.
    renameSync(mine, lock);
    return true;
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

function read(lock) {
  try {
    return readFileSync(join(lock, 'pid'), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Removes the lock of `holder` and of nobody else: moved away first, and put back where another process has taken it meanwhile. */
function remove(lock, holder) {
  const away = `${lock}.${process.pid}.gone`;
  try {
    renameSync(lock, away);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (read(away) === holder) rmSync(away, { recursive: true, force: true });
  else renameSync(away, lock);
}

function isRunning(pid) {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
