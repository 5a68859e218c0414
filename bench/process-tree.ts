import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that is in use. */
const ticksPerSecond = 100;

interface Process {
  readonly parent: number;
  readonly cpuMilliseconds: number;
  /** Of the children that have ended and that it waited for. */
  readonly endedCpuMilliseconds: number;
}

export interface TreeUsage {
  readonly cpuMilliseconds: number;
  /** Sum over the processes; pages that they share count once each. */
  readonly residentMegabytes: number;
}

/** CPU time of a process, of its descendants, and of those that have ended, as far as their parents waited for them. */
export function cpuOfTree(root: number): number {
  const all = allProcesses();
  return membersOf(all, root)
    .map((id) => all.get(id))
    .reduce((sum, one) => sum + (one ? one.cpuMilliseconds + one.endedCpuMilliseconds : 0), 0);
}

/** CPU time of the children of a process that have ended, with what they had waited for themselves. */
export function endedCpuOf(process: number): number {
  return read(process)?.endedCpuMilliseconds ?? 0;
}

function allProcesses(): ReadonlyMap<number, Process> {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? read(Number(name)) : undefined;
    if (found) all.set(Number(name), found);
  }
  return all;
}

function membersOf(all: ReadonlyMap<number, Process>, root: number): readonly number[] {
  const members = [root];
  for (const member of members) for (const [id, { parent }] of all) if (parent === member) members.push(id);
  return members;
}

/** CPU time and memory of a process with all its descendants, from Linux's /proc. */
export function usageOfTree(root: number): TreeUsage {
  const all = allProcesses();
  const members = membersOf(all, root);
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
    const milliseconds = (first: number) =>
      ((Number(fields[first]) + Number(fields[first + 1])) * 1000) / ticksPerSecond;
    return {
      parent: Number(fields[1]),
      cpuMilliseconds: milliseconds(11),
      endedCpuMilliseconds: milliseconds(13),
    };
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
