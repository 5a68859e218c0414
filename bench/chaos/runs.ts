import { setTimeout as sleep } from 'node:timers/promises';
import { artifactProblems, type Counts, problemsWith, readRuns } from './checks.ts';
import { PatientClient } from './client.ts';
import { type FaultKind, makeTrouble, type Troubles } from './faults.ts';
import { readLedger } from './ledger.ts';
import { leftOver } from './left-over.ts';
import { operatorToken, type Stage, setStage } from './stage.ts';
import { submitAll } from './submissions.ts';
import { trackingProblems } from './tracked.ts';

export interface ChaosOptions {
  readonly runs: number;
  readonly seed: number;
  readonly print: (line: string) => void;
  /** Between two faults, in seconds. */
  readonly pauses?: readonly [low: number, high: number];
}

export interface ChaosFigures extends Counts {
  readonly seed: number;
  /** What it ran on. */
  readonly stage: string;
  readonly seconds: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** In seconds, by fault: until work went on. */
  readonly recovery: Readonly<Record<string, Recovery>>;
  /** Answers that were none, by what they were. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What is lost, stuck, duplicated, changed or left over; nothing, where all is well. */
  readonly problems: readonly string[];
}

export interface Recovery {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Runs of several shapes are submitted by clients that repeat what is not answered, while the server, its steps, what
 * starts them, its database and its object store are killed or cut at moments that a seed chooses.
 */
export async function chaosOfRuns({
  runs,
  seed,
  print,
  pauses = [1, 8],
}: ChaosOptions): Promise<ChaosFigures> {
  const started = Date.now();
  const say = (line: string) =>
    print(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${line}`);
  const stage = await setStage();
  let whole = false;
  try {
    say(`${runs} runs, seed ${seed}, on ${stage.described}; everything is in ${stage.server.home}`);
    const figures = await chaosOn(stage, { runs, seed, print: say, pauses });
    const seconds = Math.round((Date.now() - started) / 1000);
    const result = { ...figures, seconds, seed, stage: stage.described };
    summarise(result, say);
    whole = result.problems.length === 0;
    return result;
  } finally {
    if (whole) await stage.server.stop();
    else await stage.server.shutDown();
    await stage.close();
    if (!whole) say(`what the server left is in ${stage.server.home}`);
  }
}

async function chaosOn(
  stage: Stage,
  { runs, seed, print, pauses }: Required<ChaosOptions>,
): Promise<Omit<ChaosFigures, 'seconds' | 'seed' | 'stage'>> {
  await stage.server.start();
  await operatorToken(stage);
  const client = await PatientClient.of(stage);
  const stopped = new AbortController();
  let ended = 0;
  /** A run of which the log can be read once the database, the objects and the engine are there. */
  let probe: string | undefined;
  const works = async () => {
    while (!(await client.answers(probe ?? '/api/v1/runs'))) await sleep(50);
  };
  const trouble = makeTrouble(stage, { seed, pauses, works, print }, stopped.signal);
  const failed = trouble.catch((error: unknown) => {
    stopped.abort();
    throw error;
  });
  const submitting = submitAll(client, { runs, seed, ledger: stage.ledger }, ({ shape, runs: ids }) => {
    ended += ids.length;
    if (shape.name === 'chain') probe ??= `/api/v1/runs/${ids[0]}/tasks/first/logs`;
    if (ended % Math.max(Math.round(runs / 20), 1) === 0) print(`${ended} of ${runs} runs have ended`);
  });
  const submissions = await Promise.race([submitting, failed.then(() => submitting)]);
  stopped.abort();
  const { counts: faults, killed, recoveries } = await trouble;
  print('every client has its answer; now it is compared');

  const all = await readRuns(client);
  const counts: Counts = {
    runs: all.length,
    tasks: all.flatMap(({ tasks }) => tasks).length,
    cached: all.flatMap(({ tasks }) => tasks).filter(({ cached }) => cached).length,
    attempts: 0,
    artifacts: 0,
  };
  const ledger = readLedger(stage.ledger);
  counts.attempts = ledger.filter(({ event }) => event === 'begin').length;
  const problems = [
    ...problemsWith({ submissions, runs: all, ledger, killed }),
    ...(await artifactProblems(client, { submissions, runs: all }, counts)),
    ...(await trackingProblems(stage, all)),
    ...[...client.refusals]
      .filter(([what]) => what.startsWith('500'))
      .map(([what, count]) => `${count} requests were answered with ${what}`),
  ];
  await stage.server.shutDown();
  return {
    ...counts,
    faults: Object.fromEntries(faults),
    recovery: recoveryOf(recoveries),
    refusals: Object.fromEntries(client.refusals),
    problems: [...problems, ...leftOver(stage)],
  };
}

function recoveryOf(recoveries: Troubles['recoveries']): ChaosFigures['recovery'] {
  const kinds = [...new Set(recoveries.map(({ kind }) => kind))].sort();
  const of = (kind?: FaultKind): Recovery => {
    const times = recoveries
      .filter((one) => kind === undefined || one.kind === kind)
      .map(({ ms }) => ms / 1000)
      .sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(Math.floor(times.length * share), times.length - 1)] ?? 0;
    return { count: times.length, p50: at(0.5), p99: at(0.99) };
  };
  return { all: of(), ...Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) };
}

function summarise(figures: ChaosFigures, print: (line: string) => void): void {
  const { runs, tasks, cached, attempts, artifacts, faults, recovery, refusals, problems } = figures;
  print(
    `${runs} runs of ${tasks} tasks (${cached} from the cache), ${attempts} attempts, ${artifacts} artifacts read back; seed ${figures.seed}, ${figures.stage}`,
  );
  print(`faults: ${inWords(faults)}`);
  print(`answers that were none: ${inWords(refusals)}`);
  for (const [kind, { count, p50, p99 }] of Object.entries(recovery))
    print(`until work went on, ${kind}: p50 ${p50.toFixed(2)} s, p99 ${p99.toFixed(2)} s (${count})`);
  for (const problem of problems.slice(0, 50)) print(`WRONG: ${problem}`);
  if (problems.length > 50) print(`WRONG: ${problems.length - 50} more`);
  print(
    problems.length === 0
      ? 'nothing lost, stuck, duplicated or left over; every digest verified'
      : `${problems.length} things are wrong`,
  );
}

function inWords(counts: Readonly<Record<string, number>>): string {
  return (
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ') || 'none'
  );
}
