import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@visavox/core/errors';
import type { TaskRecord } from '@visavox/core/run';
import { type ExecutorInput, resolveCommand } from '../executor-input.ts';
import type { ReadyTask } from '../plan.ts';
import { type Attempt, logFile } from './attempt.ts';
import type { Ended } from './faults.ts';
import { attemptMark, claimedBy, killLeftovers, observe, revoke, terminate } from './process.ts';
import type { PreparedStep } from './step-host.ts';
import { type Supervision, supervise } from './supervision.ts';
import { jobContext, stillOpen, type TaskResources } from './task-resources.ts';

/** Starts an attempt's command in the folder of its code and follows it to its end. */
export async function execute(
  ready: ReadyTask,
  step: PreparedStep,
  attempt: Attempt,
  input: ExecutorInput,
  record: TaskRecord,
  resources: TaskResources,
): Promise<Ended> {
  const context = { input, ...jobContext(ready, resources) };
  if (step.command.length === 0)
    throw new UserError({
      kind: 'invalid',
      code: 'command_missing',
      message: `The task ${ready.name} has no command: only its image says what to run.`,
      action: 'Give the component a command; the local engine does not start containers.',
    });
  const log = logFile(resources.folder, ready.name, attempt.number);
  resources.changed(record);
  const environment = environmentIn(codeFolder(attempt.folder), resources);
  const { environment: own, mounts } = await resources.steps.surround(ready.name, step, {
    folder: attempt.folder,
    code: codeFolder(attempt.folder),
    logFile: log,
    path: environment.PATH ?? '',
  });
  await stillOpen(resources);
  resources.canceled.throwIfAborted();
  const { ended, pid, letGo } = await resources.launcher
    .launch({
      folder: attempt.folder,
      command: await resources.steps.wall(resolveCommand(step.command, context), mounts),
      workingDirectory: codeFolder(attempt.folder),
      environment: {
        ...environment,
        ...own,
        ...Object.fromEntries(
          (ready.executor.container?.env ?? []).map(({ name, value }) => [
            name,
            resolveCommand([value ?? ''], context)[0] ?? '',
          ]),
        ),
        TMPDIR: attempt.folder,
        ...attemptMark(attempt.folder),
      },
      logFile: log,
    })
    .catch(async (error) => {
      await stillOpen(resources);
      // It may have begun, although who started it did not live to say so.
      if (await revoke(attempt.folder)) throw error;
      await observe(attempt.folder); // waits until its claim is whole
      return { ...(await claimedBy(attempt.folder)), ended: Promise.resolve(), letGo: () => {} };
    });
  resources.closed.addEventListener('abort', letGo, { once: true });
  const escapes = (await resources.steps.isolation).kind === 'none';
  const supervision = superviseAttempt(attempt.folder, { pid, since: new Date(), escapes }, step, resources);
  let others: ReturnType<typeof supervision.stop> = [];
  let state: Ended;
  const stop = () => void stopAttempt(attempt.folder, resources.graceMs);
  resources.canceled.addEventListener('abort', stop, { once: true });
  if (resources.canceled.aborted) stop();
  try {
    await ended;
    await stillOpen(resources);
    state = await endOf(attempt.folder, resources);
  } finally {
    others = supervision.stop();
    resources.closed.removeEventListener('abort', letGo);
    resources.canceled.removeEventListener('abort', stop);
  }
  // Where the kernel ends all that is left with the command, it is not looked for.
  if (escapes || state.kind !== 'exited') await killLeftovers(pid, attempt.folder, others);
  return state.kind === 'exited' ? state : { kind: 'lost', pid: null };
}

/** Looks at an attempt until it has ended, for as long as nobody says so who started it. */
async function endOf(folder: string, resources: TaskResources): Promise<Ended> {
  for (;;) {
    const state = await observe(folder);
    if (state.kind === 'exited' || state.kind === 'lost') return state;
    if (state.kind === 'unclaimed' && (await revoke(folder))) return { kind: 'lost', pid: null };
    await sleep(100);
    await stillOpen(resources);
  }
}

export function codeFolder(attempt: string): string {
  return join(attempt, 'code');
}

export function environmentIn(code: string, { environment, inCode }: TaskResources): Record<string, string> {
  const around = inCode(code);
  const path = [...around.path, environment.PATH ?? ''].join(delimiter);
  return { ...environment, ...around.environment, PATH: path };
}

/** Follows an attempt that an earlier engine started. Not our own child: its end has to be looked for. */
export async function followAdopted(
  attempt: Attempt,
  step: PreparedStep,
  resources: TaskResources,
): Promise<Ended> {
  const { pid, since } = await claimedBy(attempt.folder);
  const supervision = superviseAttempt(attempt.folder, { pid, since, escapes: true }, step, resources);
  const stop = () => void stopAttempt(attempt.folder, resources.graceMs);
  resources.canceled.addEventListener('abort', stop, { once: true });
  if (resources.canceled.aborted) stop();
  try {
    const state = await endOf(attempt.folder, resources);
    await killLeftovers(pid, attempt.folder, supervision.stop());
    return state;
  } finally {
    supervision.stop();
    resources.canceled.removeEventListener('abort', stop);
  }
}

function superviseAttempt(
  folder: string,
  running: { readonly pid: number; readonly since: Date; readonly escapes: boolean },
  { settings }: PreparedStep,
  { graceMs, closed }: TaskResources,
): Supervision {
  const supervision = supervise({ folder, ...running, limits: settings, graceMs });
  closed.addEventListener('abort', () => supervision.stop(), { once: true });
  return supervision;
}

/** Ends an attempt whatever state it is in; also one that was started a moment ago. */
export async function stopAttempt(folder: string, graceMs: number): Promise<void> {
  if (await revoke(folder)) return;
  const state = await observe(folder);
  if (state.kind === 'running') await terminate(state.pid, folder, graceMs);
  // Its command has ended, in this engine's time or before it; what it left behind has not.
  else await killLeftovers((await claimedBy(folder)).pid, folder);
}
