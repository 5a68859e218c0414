import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it began; with its id it names one process. */
  readonly start: string;
  /** Bytes of memory, those shared with others included. */
  readonly resident: number;
}

const pageBytes = 4096;

/**
 * All processes that are not zombies; undefined where the system has no /proc. Read at once: they are in memory, and through
 * threads each takes ten times what the kernel takes to tell it.
 */
export function processTable(): ReadonlyMap<number, ProcessEntry> | undefined {
  const names = namesIn('/proc');
  if (!names.some((name) => /^\d+$/.test(name))) return undefined;
  const table = new Map<number, ProcessEntry>();
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const entry = entryOf(Number(name), readText(`/proc/${name}/stat`));
    if (entry) table.set(entry.pid, entry);
  }
  return table;
}

/** Fields of /proc/<pid>/stat, counted from the state, which is the third. */
function entryOf(pid: number, stat: string | undefined): ProcessEntry | undefined {
  const start = stat && startOfStat(stat);
  if (!stat || !start) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    ...{ pid, start },
    parent: Number(fields[1]),
    group: Number(fields[2]),
    resident: Number(fields[21]) * pageBytes,
  };
}

/** Field 22 of /proc/<pid>/stat; field 3 is its state, where a zombie counts as ended. */
export function startOfStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat.includes(')') && fields[0] !== 'Z' && fields[0] !== 'X' ? fields[19] : undefined;
}

/** `root`, what it started and what that started, and all of its process group. */
export function familyOf(root: number, table: ReadonlyMap<number, ProcessEntry>): ProcessEntry[] {
  const family = new Set<number>();
  const belongs = ({ pid, parent, group }: ProcessEntry) =>
    pid === root || group === root || family.has(parent);
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const entry of table.values()) if (belongs(entry)) family.add(entry.pid);
  }
  return [...table.values()].filter(({ pid }) => family.has(pid));
}

/**
 * Whether a process has this variable in its environment, or this file as its output: both are inherited, and a process
 * that sheds one of them often keeps the other.
 */
export function carries(pid: number, variable: string, output: string): boolean {
  if (readText(`/proc/${pid}/environ`)?.split('\0').includes(variable)) return true;
  return [1, 2].some((each) => linkedTo(`/proc/${pid}/fd/${each}`) === output);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no such folder on this system
  }
}

function linkedTo(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // gone, or not ours
  }
}

/** Bytes of memory; what several share is divided among them. Falls back on `resident` where the kernel does not tell. */
export async function ownMemory({ pid, resident }: ProcessEntry): Promise<number> {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(
    await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => ''), // gone, or not told
  )?.[1];
  return kilobytes === undefined ? resident : Number(kilobytes) * 1024;
}

/** Undefined where the process is gone or another user's: both mean that it is none of ours. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return undefined;
    throw error;
  }
}
