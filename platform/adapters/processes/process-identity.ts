import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

/** A process that cannot be mistaken for a later one with the same id: its id and when it started. */
export const ProcessIdentity = z.object({ pid: z.number().int().positive(), started: z.string() });
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** `undefined` where no such process runs. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (!exists(pid)) return undefined;
  const started = await startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.started === identity.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function startOf(pid: number): Promise<string | undefined> {
  switch (process.platform) {
    case 'linux':
      return startOnLinux(pid);
    case 'win32':
      // A process id is all that Node can tell there without a shell; ids are seldom used again soon.
      return 'unknown';
    default:
      return promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
        ({ stdout }) => stdout.trim() || undefined,
        () => undefined,
      );
  }
}

/** Ticks since the boot with this id (proc_pid_stat(5), field 22). A zombie runs no more. */
async function startOnLinux(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${await bootId()}/${fields[19]}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}

/**
 * Ends a process that leads a group, and all that it started: asks first, and no longer after five seconds. Never
 * touches a later process that was given the same id.
 */
export async function endProcessGroup(leader: ProcessIdentity): Promise<void> {
  const present = await identify(leader.pid);
  if (present ? present.started !== leader.started : await isOfEarlierBoot(leader)) return;
  for (let waitedMs = 0, aloneMs = 0; waitedMs < 5000 && aloneMs < 1000; waitedMs += 50) {
    if (!signalGroup(leader.pid, waitedMs === 0 ? 'SIGTERM' : 0)) return;
    await pause(50);
    // Only processes that nobody waits for may be left; a signal does them no harm.
    if (!(await isRunning(leader))) aloneMs += 50;
  }
  signalGroup(leader.pid, 'SIGKILL');
}

/** Answers whether there was anybody to receive it. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(process.platform === 'win32' ? leader : -leader, signal);
  } catch {
    return false;
  }
}

async function isOfEarlierBoot(leader: ProcessIdentity): Promise<boolean> {
  return process.platform === 'linux' && !leader.started.startsWith(await bootId());
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
