import { isFinished, type RunRecord } from '@visavox/core/run';
import type { CommandContext, Lines } from '../plugin.ts';
import { getRun } from './follow-run.ts';
import { untilInterrupted } from './until-interrupted.ts';

const leastPauseMs = 500;
/** Logs are read whole: the longer one is, the more rarely. */
const pauseMsPerMegabyte = 2000;

export interface FollowedLogs {
  readonly run: RunRecord;
  readonly logs: readonly { readonly task: string; readonly log: string }[];
  /** By Ctrl-C; the run goes on. */
  readonly stopped: boolean;
}

export async function readLog(request: CommandContext['request'], id: string, task: string): Promise<string> {
  const [run, name] = [encodeURIComponent(id), encodeURIComponent(task)];
  return String(await request('GET', `/api/v1/runs/${run}/tasks/${name}/logs`));
}

/** Prints what tasks write as it comes, each line behind the task's name where there are several, until the run is over. */
export async function followLogs(
  id: string,
  { request, lines, task }: Pick<CommandContext, 'request'> & { lines: Lines; task?: string | undefined },
): Promise<FollowedLogs> {
  const logs = new Map<string, string>();
  const printed = new Map<string, number>();
  /** Whole lines; of a task that has ended, also what it wrote last. */
  const print = (name: string, log: string, isOver: boolean) => {
    logs.set(name, log);
    const from = printed.get(name) ?? 0;
    const to = isOver ? log.length : log.lastIndexOf('\n') + 1;
    if (to <= from) return;
    printed.set(name, to);
    const fresh = log.slice(from, to).replace(/\n$/, '').split('\n');
    for (const line of fresh) lines.write(task === undefined ? `${name} | ${line}` : line);
  };
  const done = new Set<string>();
  return untilInterrupted(async (wait) => {
    for (;;) {
      const run = await getRun(request, id);
      for (const { name, state } of run.tasks) {
        if (done.has(name) || state === 'pending' || state === 'skipped') continue;
        if (task !== undefined && name !== task) continue;
        const isOver = state !== 'running';
        print(name, await readLog(request, id, name), isOver);
        if (isOver) done.add(name);
      }
      // Where the run has no such task, the server says which it has.
      if (isFinished(run.state) && task !== undefined && !logs.has(task))
        logs.set(task, await readLog(request, id, task));
      const all = [...logs].map(([name, log]) => ({ task: name, log }));
      if (isFinished(run.state)) return { run, logs: all, stopped: false };
      const read = [...logs].reduce((sum, [name, log]) => sum + (done.has(name) ? 0 : log.length), 0);
      if (await wait(leastPauseMs + (read / 1e6) * pauseMsPerMegabyte))
        return { run, logs: all, stopped: true };
    }
  });
}
