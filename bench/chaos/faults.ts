import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';
import { Random } from '@visavox/recognition/synthetic/random';
import { readLedger } from './ledger.ts';
import { launcherOf, processesOf } from './processes.ts';
import type { Stage } from './stage.ts';

/** A task is killed so often at most, which its retries outlast. */
const mostKills = 2;
const restartWithinMs = 180_000;

export type FaultKind =
  | 'server killed'
  | 'step killed'
  | 'launcher killed'
  | 'database cut'
  | 'database silent'
  | 'database killed'
  | 'objects cut'
  | 'objects silent'
  | 'server killed while the database was cut';

/** An attempt of which a process was killed. */
export interface KilledAttempt {
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  readonly at: number;
}

export interface Troubles {
  readonly counts: ReadonlyMap<FaultKind, number>;
  readonly killed: readonly KilledAttempt[];
  /** How long it took until work went on, in milliseconds, from when the cause was over. */
  readonly recoveries: readonly { readonly kind: FaultKind; readonly ms: number }[];
}

export interface FaultOptions {
  readonly seed: number;
  /** Between two of them, in seconds. */
  readonly pauses: readonly [low: number, high: number];
  /** Answers once the platform does everything again that it does for people. */
  readonly works: () => Promise<void>;
  readonly print: (line: string) => void;
}

/** Kills and cuts, one thing after the other, until it is told to stop. */
export async function makeTrouble(
  stage: Stage,
  { seed, pauses, works, print }: FaultOptions,
  stopped: AbortSignal,
): Promise<Troubles> {
  const random = new Random('faults', seed);
  const kinds = weighted(stage);
  const counts = new Map<FaultKind, number>();
  const killed: KilledAttempt[] = [];
  const recoveries: { kind: FaultKind; ms: number }[] = [];
  while (!stopped.aborted) {
    await sleep(random.between(...pauses) * 1000, undefined, { signal: stopped }).catch(() => undefined);
    if (stopped.aborted) break;
    const kind = kinds[random.below(kinds.length)] ?? 'server killed';
    const since = await cause(kind, { stage, random, killed, print });
    if (since === undefined) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const until = kind === 'launcher killed' ? untilStepBegins(stage, since, stopped) : works();
    if (kind === 'step killed') continue;
    if (await until.then(() => true)) {
      const ms = Date.now() - since;
      recoveries.push({ kind, ms });
      print(`${kind}: went on after ${(ms / 1000).toFixed(1)} s`);
    }
  }
  return { counts, killed, recoveries: [...recoveries, ...recoveredSteps(stage, killed)] };
}

/** What can happen here, the more probable things more often. */
function weighted({ database, objects }: Stage): readonly FaultKind[] {
  const often = <Kind extends FaultKind>(times: number, kind: Kind) => Array<Kind>(times).fill(kind);
  return [
    ...often(6, 'step killed'),
    ...often(3, 'server killed'),
    ...often(2, 'launcher killed'),
    ...(database
      ? ([
          ...often(2, 'database cut'),
          ...often(1, 'database silent'),
          ...often(1, 'database killed'),
          ...often(1, 'server killed while the database was cut'),
        ] as const)
      : []),
    ...(objects ? [...often(2, 'objects cut'), ...often(1, 'objects silent')] : []),
  ];
}

/** Returns when it was over; undefined where there was nothing to kill. */
async function cause(
  kind: FaultKind,
  {
    stage,
    random,
    killed,
    print,
  }: { stage: Stage; random: Random; killed: KilledAttempt[]; print: FaultOptions['print'] },
): Promise<number | undefined> {
  const { server, database, objects } = stage;
  const lasting = () => sleep(random.between(0.05, 6) * 1000);
  switch (kind) {
    case 'step killed':
      return killStep(stage, random, killed);
    case 'launcher killed': {
      const launcher = launcherOf(server.pid);
      if (launcher === undefined) return undefined;
      process.kill(launcher, 'SIGKILL');
      return Date.now();
    }
    case 'server killed':
      await server.kill();
      await sleep(random.between(0.1, 3) * 1000);
      return restart(stage, print);
    case 'server killed while the database was cut': {
      database?.proxy.cut();
      await sleep(random.between(0.05, 2) * 1000);
      await server.kill();
      await lasting();
      database?.proxy.mend();
      return restart(stage, print);
    }
    case 'database cut':
    case 'objects cut':
    case 'database silent':
    case 'objects silent': {
      const proxy = kind.startsWith('database') ? database?.proxy : objects;
      if (kind.endsWith('cut')) proxy?.cut();
      else proxy?.silence();
      await lasting();
      proxy?.mend();
      return Date.now();
    }
    case 'database killed':
      await database?.server.kill();
      await lasting();
      await database?.server.start();
      return Date.now();
  }
}

/** As whatever keeps a service running does: until it is up, however often it ends. Returns when it was begun. */
async function restart({ server }: Stage, print: FaultOptions['print']): Promise<number> {
  const since = Date.now();
  for (;;) {
    try {
      await server.start();
      return since;
    } catch (error) {
      if (Date.now() - since > restartWithinMs) throw error;
      print(`the server did not start: ${messageOf(error).split('\n')[0]}`);
      await server.kill();
      await sleep(500);
    }
  }
}

/** Kills one of the processes of an attempt: its command, or one of those around it. */
function killStep({ home }: Stage, random: Random, killed: KilledAttempt[]): number | undefined {
  const processes = processesOf(home).filter(({ environment: { VISAVOX_ATTEMPT: attempt } }) => {
    if (attempt === undefined) return false;
    const { run, task } = attemptOf(attempt);
    return killed.filter((one) => one.run === run && one.task === task).length < mostKills;
  });
  const victim = processes[random.below(Math.max(processes.length, 1))];
  if (!victim) return undefined;
  const at = Date.now();
  // Before it is killed: whatever it notes after this is explained.
  killed.push({ ...attemptOf(victim.environment.VISAVOX_ATTEMPT ?? ''), at });
  try {
    process.kill(victim.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile; that it is taken for killed allows no more than its retry.
  }
  return at;
}

/** An attempt's folder is `…/runs/RUN/tasks/TASK~NUMBER`, with dots for the slashes of the task. */
function attemptOf(folder: string): Pick<KilledAttempt, 'run' | 'task' | 'attempt'> {
  const [, task = '', attempt = '0'] = /^(.*)~(\d+)$/.exec(basename(folder)) ?? [];
  const run = basename(folder.split('/tasks/')[0] ?? '');
  return { run, task: task.replaceAll('.', '/'), attempt: Number(attempt) };
}

async function untilStepBegins({ ledger }: Stage, since: number, stopped: AbortSignal): Promise<void> {
  const begun = () => readLedger(ledger).some(({ event, at }) => event === 'begin' && at > since);
  while (!stopped.aborted && !begun()) await sleep(100);
}

/** From the kill to the beginning of the task's next attempt. */
function recoveredSteps({ ledger }: Stage, killed: readonly KilledAttempt[]): Troubles['recoveries'] {
  const lines = readLedger(ledger);
  return killed.flatMap(({ run, task, at }) => {
    const next = lines.find(
      (line) => line.run === run && line.task === task && line.event === 'begin' && line.at > at,
    );
    return next ? [{ kind: 'step killed' as const, ms: next.at - at }] : [];
  });
}
