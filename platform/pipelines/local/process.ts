import { execFileSync } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { carries, type ProcessEntry, processTable, readText, startOfStat } from './process-table.ts';

export type AttemptState =
  /** Its process has not begun, and may still. */
  | { readonly kind: 'unclaimed' }
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'exited'; readonly code: number; readonly cpuSeconds: number | null }
  /** Its process is gone and left no exit code: it was killed, or the machine stopped. */
  | { readonly kind: 'lost'; readonly pid: number | null };

export async function observe(folder: string): Promise<AttemptState> {
  const before = await readExit(folder);
  if (before) return before;
  let claim = readText(join(folder, 'pid'));
  if (claim === undefined) return { kind: 'unclaimed' };
  if (!claim.endsWith('\n')) {
    await sleep(50);
    claim = readText(join(folder, 'pid')) ?? '';
  }
  const pid = Number.parseInt(claim, 10);
  if (!(pid > 0)) return { kind: 'lost', pid: null };
  if (await isSame(pid, claim.slice(claim.indexOf(' ') + 1))) return { kind: 'running', pid };
  return (await readExit(folder)) ?? { kind: 'lost', pid };
}

/** Keeps the attempt's process from beginning; false where it has begun already. */
export async function revoke(folder: string): Promise<boolean> {
  try {
    await writeFile(join(folder, 'pid'), '0 revoked\n', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Asks all processes of an attempt to end, and makes them after `graceMs`. */
export async function terminate(pid: number, folder: string, graceMs: number): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  for (const member of await membersOf(folder, pid)) if (member.group !== pid) kill(member.pid, 'SIGTERM');
  for (const until = Date.now() + graceMs; Date.now() < until; await sleep(50))
    if ((await membersOf(folder, pid)).length === 0) return;
  await killLeftovers(pid, folder);
}

/**
 * Kills what is left of an attempt, so that nothing of a task outlives it and the next attempt is alone: whatever carries its
 * mark, also in a session or process group of its own, and `others` that are known to be its own without a mark.
 */
export async function killLeftovers(
  pid: number,
  folder: string,
  others: readonly ProcessEntry[] = [],
): Promise<void> {
  // What cannot be killed, say in a hanging disk access, must not hold up the engine for ever.
  for (let tries = 0; tries < 100; tries++) {
    const members = await membersOf(folder, pid, others);
    if (members.length === 0) return;
    for (const member of members) kill(member.pid, 'SIGKILL');
    await sleep(20);
  }
}

/** When the process with this id began; the machine's own words, to be compared only. Undefined if there is none. */
export async function processStart(pid: number): Promise<string | undefined> {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== undefined) return startOfStat(stat);
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined; // ps fails for a process that is not there
  }
}

/** A process's id is used again after its end; together with its start it names one process. */
async function isSame(pid: number, start: string): Promise<boolean> {
  const now = await processStart(pid);
  return now !== undefined && now === (startOfStat(start) ?? start.trim());
}

/** The processes that carry the attempt's mark, wherever they have gone, and those of `others` that still run. */
async function membersOf(
  folder: string,
  pid: number,
  others: readonly ProcessEntry[] = [],
): Promise<readonly Pick<ProcessEntry, 'pid' | 'group'>[]> {
  const table = processTable();
  // No /proc on this system: the group stands for all.
  if (!table) return pid > 0 && signalGroup(pid, 0) ? [{ pid: -pid, group: pid }] : [];
  const known = others.filter((other) => table.get(other.pid)?.start === other.start);
  const log = logOf(folder);
  const mark = `VISAVOX_ATTEMPT=${attemptMark(folder).VISAVOX_ATTEMPT}`;
  return [...[...table.values()].filter((each) => carries(each.pid, mark, log)), ...known];
}

/** Where the engine has the attempt's output written. */
function logOf(folder: string): string {
  return join(dirname(dirname(folder)), 'logs', `${basename(folder)}.log`);
}

/** In the environment of an attempt's process, and so of all that it starts. */
export function attemptMark(folder: string): { readonly VISAVOX_ATTEMPT: string } {
  return { VISAVOX_ATTEMPT: folder };
}

/** The id of the process that has begun the attempt, and when it did; 0 where none has. */
export async function claimedBy(folder: string): Promise<{ readonly pid: number; readonly since: Date }> {
  const file = join(folder, 'pid');
  const pid = Number.parseInt(readText(file) ?? '', 10) || 0;
  return { pid, since: pid > 0 ? (await stat(file)).mtime : new Date() };
}

async function readExit(folder: string): Promise<Extract<AttemptState, { kind: 'exited' }> | undefined> {
  const lines = readText(join(folder, 'exit'))?.trimEnd().split('\n');
  if (lines?.at(-1) !== 'end') return undefined;
  return { kind: 'exited', code: Number(lines[0]), cpuSeconds: cpuSeconds(lines.slice(1, -1)) };
}

/** `times` prints minutes and seconds, user and system: first of the shell, then of its children. */
function cpuSeconds(lines: readonly string[]): number | null {
  const parts = lines.at(1)?.match(/(\d+)m([\d.,]+)s/g);
  if (!parts) return null;
  return parts
    .map((part) => {
      const [minutes = '0', seconds = '0'] = part.slice(0, -1).replace(',', '.').split('m');
      return Number(minutes) * 60 + Number(seconds);
    })
    .reduce((sum, seconds) => sum + seconds, 0);
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  return kill(-pid, signal);
}

/** False where there is no such process. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))
      return false;
    throw error;
  }
}
