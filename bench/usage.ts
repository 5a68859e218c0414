import { cpuOfTree } from './process-tree.ts';

/** What some work took, in milliseconds. */
export interface Usage {
  readonly wall: number;
  /** Of this process and all that it started. */
  readonly cpu: number;
}

export async function usageOf(work: () => Promise<unknown>): Promise<Usage> {
  const [started, before] = [performance.now(), cpuOfTree(process.pid)];
  await work();
  return { wall: performance.now() - started, cpu: cpuOfTree(process.pid) - before };
}
