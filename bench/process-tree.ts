import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that is in use. */
const ticksPerSecond = 100;

interface Process {
  readonly parent: number;
  readonly cpuMilliseconds: number;
}

export interface TreeUsage {
  readonly cpuMilliseconds: number;
  /** Sum over the processes; pages that they share count once each. */
  readonly residentMegabytes: number;
}

/** CPU time and memory of a process with all its descendants, from Linux's /proc. */
export function usageOfTree(root: number): TreeUsage {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? read(Number(name)) : undefined;
    if (found) all.set(Number(name), found);
  }
  const members = [root];
  for (const member of members) for (const [id, { parent }] of all) if (parent === member) members.push(id);
  return {
    cpuMilliseconds: members.reduce((sum, id) => sum + (all.get(id)?.cpuMilliseconds ?? 0), 0),
    residentMegabytes: members.reduce((sum, id) => sum + residentMegabytes(id), 0),
  };
}

/** What a server decodes recordings with, its other children (MLflow, trainings) apart. */
export function decodersOf(server: number): TreeUsage {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && read(Number(name))?.parent === server && isDecoder(name),
  );
  const usages = children.map((name) => usageOfTree(Number(name)));
  return {
    cpuMilliseconds: usages.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0),
    residentMegabytes: usages.reduce((sum, usage) => sum + usage.residentMegabytes, 0),
  };
}

function isDecoder(id: string): boolean {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('decoding-process.mjs');
  } catch {
    return false; // It ended between the listing and now.
  }
}

function read(id: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The name before it may hold spaces and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { parent: Number(fields[1]), cpuMilliseconds: (ticks * 1000) / ticksPerSecond };
  } catch {
    return undefined; // It ended between the listing and now.
  }
}

function residentMegabytes(id: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
