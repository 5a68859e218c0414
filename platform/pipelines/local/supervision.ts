import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@visavox/core/errors';
import type { StepSettings } from '../step-settings.ts';
import { killLeftovers, terminate } from './process.ts';
import { familyOf, ownMemory, type ProcessEntry, processTable } from './process-table.ts';

/** What an attempt is held to. */
export type Limits = Pick<StepSettings, 'timeoutSeconds' | 'memoryBytes'>;

export interface Supervised {
  readonly folder: string;
  readonly pid: number;
  readonly since: Date;
  readonly limits: Limits;
  /** Whether what the attempt starts can get out of sight: its processes are noted while they can be told apart then. */
  readonly escapes: boolean;
  readonly graceMs: number;
}

export interface Supervision {
  /** Stops watching. The processes that belong to the attempt, as far as they were noted. */
  stop(): readonly ProcessEntry[];
}

const pauseMs = 200;

/** Ends an attempt that goes over its time or its memory, and leaves the reason in its folder. */
export function supervise(attempt: Supervised): Supervision {
  const stopped = new AbortController();
  const seen = new Map<string, ProcessEntry>();
  void watch(attempt, seen, stopped.signal).catch(() => {}); // the attempt has ended, or this engine
  return {
    stop() {
      stopped.abort();
      return [...seen.values()].filter(({ pid }) => pid !== attempt.pid);
    },
  };
}

async function watch(
  { folder, pid, since, limits, escapes, graceMs }: Supervised,
  seen: Map<string, ProcessEntry>,
  signal: AbortSignal,
): Promise<void> {
  const { timeoutSeconds, memoryBytes } = limits;
  const deadline =
    timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : since.getTime() + timeoutSeconds * 1000;
  for (;;) {
    if (Date.now() >= deadline) {
      await noteStop(folder, { limit: 'timeout', allowed: timeoutSeconds ?? 0 });
      return terminate(pid, folder, graceMs);
    }
    if (escapes || memoryBytes !== undefined) {
      const family = familyOf(pid, processTable() ?? new Map());
      if (escapes) for (const entry of family) seen.set(`${entry.pid} ${entry.start}`, entry);
      if (memoryBytes !== undefined && (await memoryOf(family, memoryBytes)) > memoryBytes) {
        await noteStop(folder, { limit: 'memory', allowed: memoryBytes });
        return killLeftovers(pid, folder, family);
      }
      await sleep(Math.min(pauseMs, Math.max(deadline - Date.now(), 0)), undefined, { signal });
    } else if (deadline === Number.POSITIVE_INFINITY) return;
    // A timer cannot wait longer than 24 days.
    else await sleep(Math.min(Math.max(deadline - Date.now(), 0), 1e9), undefined, { signal });
  }
}

/** Counting shared memory once takes the kernel a while: it is asked only where the quick sum is over the limit. */
async function memoryOf(family: readonly ProcessEntry[], limit: number): Promise<number> {
  const quick = family.reduce((sum, { resident }) => sum + resident, 0);
  if (quick <= limit) return quick;
  const exact = await Promise.all(family.map(ownMemory));
  return exact.reduce((sum, bytes) => sum + bytes, 0);
}

interface Stop {
  readonly limit: 'timeout' | 'memory';
  /** Seconds, or bytes. */
  readonly allowed: number;
}

async function noteStop(folder: string, stop: Stop): Promise<void> {
  await writeFile(join(folder, 'stopped'), `${stop.limit} ${stop.allowed}\n`);
}

/** Why an attempt was ended by this engine or one before it; undefined where it ended by itself. */
export async function limitFault(folder: string): Promise<UserError | undefined> {
  const note = await readFile(join(folder, 'stopped'), 'utf8').catch(() => ''); // never ended by an engine
  const [limit, allowed = ''] = note.trim().split(' ');
  if (limit === 'timeout')
    return limitExceeded(
      `it ran longer than its timeout of ${allowed} s`,
      'Give the component a longer timeout, or less to do; then resume the run.',
    );
  if (limit === 'memory')
    return limitExceeded(
      `it used more memory than its limit of ${inWords(Number(allowed))}`,
      'Give the component more memory (resources), or less to hold at a time; then resume the run.',
    );
  return undefined;
}

function limitExceeded(message: string, action: string): UserError {
  return new UserError({ kind: 'unavailable', code: 'limit_exceeded', message: `${message}.`, action });
}

function inWords(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
