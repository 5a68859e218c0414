import { readFileSync } from 'node:fs';

/** What some work took, in milliseconds. */
export interface Usage {
  readonly wall: number;
  /** Of this process and of those that it waited for. */
  readonly cpu: number;
}

export async function usageOf(work: () => Promise<unknown>): Promise<Usage> {
  const [started, before, children] = [performance.now(), process.cpuUsage(), childrenCpu()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - started, cpu: (user + system) / 1000 + childrenCpu() - children };
}

/** Fields 16 and 17 of /proc/self/stat, in hundredths of a second; other systems do not tell. */
function childrenCpu(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return 0;
  }
}
