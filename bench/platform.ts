import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { makePeerEnvironment } from '../scripts/peer-environment.mjs';
import { writeDigits, writeLargeFile, writeSmallFiles } from './platform/data.ts';
import { type Effort, effortOf } from './platform/effort.ts';
import { openOurs } from './platform/ours.ts';
import { openPeers } from './platform/peers.ts';
import { type Side, type Work, works } from './platform/side.ts';
import { cpuOfTree, endedCpuOf } from './process-tree.ts';
import { type Summary, summarise } from './summary.ts';
import type { Usage } from './usage.ts';

/** Of wall time, to that of the others: beyond it something is wrong here. */
const limitRatio = 2;

export interface WorkFigures {
  readonly work: Work;
  /** Seconds, by side. */
  readonly wall: readonly Summary[];
  readonly cpu: readonly Summary[];
  /** Ours to the others': the median over the rounds. */
  readonly ratio: { readonly wall: number; readonly cpu: number };
}

export interface PlatformFigures {
  readonly within: boolean;
  readonly cores: number;
  readonly rounds: number;
  readonly sides: readonly string[];
  readonly works: readonly WorkFigures[];
  readonly effort: readonly Effort[];
  /** What is typed, by side and work. */
  readonly typed: readonly Readonly<Record<string, readonly string[]>>[];
}

/** A data scientist's work on the platform, and the same with MLflow, Metaflow and DVC, in one Python environment, in turns. */
export async function benchPlatform(
  print: (line: string) => void,
  {
    rounds = 3,
    only = works,
    warmUps = ['chain of 5', 'training'],
  }: {
    readonly rounds?: number;
    readonly only?: readonly Work[];
    /** What is compiled and read for the first time is not measured. */
    readonly warmUps?: readonly Work[];
  } = {},
): Promise<PlatformFigures> {
  const python = makePeerEnvironment('platform');
  if (python === undefined) throw noPeers();
  const folder = await mkdtemp(join(tmpdir(), 'visavox-bench-platform-'));
  const sides: Side[] = [];
  try {
    const digits = join(folder, 'digits');
    writeDigits(digits);
    const ground = { folder, python, digits, data: { small: writeSmallFiles, large: writeLargeFile } };
    sides.push(await openOurs(ground));
    sides.push(await openPeers(ground));
    for (const side of sides) for (const work of warmUps) await side.do(work, 0);
    const usages = new Map(only.map((work) => [work, sides.map((): Usage[] => [])]));
    for (let round = 1; round <= rounds; round++)
      for (const work of only)
        for (const [index, side] of inTurns(sides, round)) {
          await side.prepare(work, round);
          const usage = await measure(side, work, round);
          usages.get(work)?.[index]?.push(usage);
          print(
            `  round ${round}, ${work}, ${side.name}: ${(usage.wall / 1000).toFixed(2)} s, ${(usage.cpu / 1000).toFixed(2)} CPU-s`,
          );
        }
    const measured = only.map((work) => figuresOf(work, usages.get(work) ?? []));
    const effort = sides.map((side, index) =>
      effortOf(side, join(import.meta.dirname, index === 0 ? 'platform/ours' : 'peers/platform')),
    );
    const figures = {
      within: measured.every(({ ratio }) => ratio.wall <= limitRatio),
      ...{ cores: availableParallelism(), rounds, sides: sides.map(({ name }) => name), works: measured },
      effort,
      typed: sides.map(({ setUp, typed }) => ({ 'set-up': setUp, ...Object.fromEntries(typed) })),
    };
    printFigures(figures, print);
    return figures;
  } finally {
    for (const side of sides.toReversed()) await side.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Who begins changes from round to round. */
function inTurns(sides: readonly Side[], round: number): readonly (readonly [number, Side])[] {
  const entries = [...sides.entries()];
  return round % 2 === 0 ? entries.toReversed() : entries;
}

/** Wall time, and CPU time of the commands with all that they start, and of the services. */
async function measure(side: Side, work: Work, round: number): Promise<Usage> {
  const ofServices = () => side.services.reduce((sum, pid) => sum + cpuOfTree(pid), 0);
  const [started, before] = [performance.now(), ofServices() + endedCpuOf(process.pid)];
  const stillRunning = await side.do(work, round);
  const wall = performance.now() - started;
  const after = ofServices() + endedCpuOf(process.pid);
  return { wall, cpu: after - before + stillRunning.reduce((sum, pid) => sum + cpuOfTree(pid), 0) };
}

function figuresOf(work: Work, usages: readonly (readonly Usage[])[]): WorkFigures {
  const seconds = (kind: keyof Usage) =>
    usages.map((ofSide) => summarise(ofSide.map((usage) => usage[kind] / 1000)));
  const [ours = [], others = []] = usages;
  const ratio = (kind: keyof Usage) =>
    summarise(ours.map((usage, round) => usage[kind] / (others[round]?.[kind] ?? Number.NaN))).median;
  return {
    ...{ work, wall: seconds('wall'), cpu: seconds('cpu') },
    ratio: { wall: ratio('wall'), cpu: ratio('cpu') },
  };
}

function printFigures(figures: PlatformFigures, print: (line: string) => void): void {
  const { sides, works: measured, effort, cores, rounds } = figures;
  const spread = ({ median, low, high }: Summary) =>
    `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  print('');
  print(
    `platform: ${rounds} rounds in turns on ${cores} cores, seconds, median (quartiles); ratios are ours to theirs`,
  );
  print('');
  const rows = [
    ['', ...sides.map((name) => `wall, ${name}`), 'ratio', ...sides.map((name) => `CPU, ${name}`), 'ratio'],
    ...measured.map(({ work, wall, cpu, ratio }) => [
      ...[work, ...wall.map(spread), ratio.wall.toFixed(2)],
      ...[...cpu.map(spread), ratio.cpu.toFixed(2)],
    ]),
  ];
  table(rows, print);
  print('');
  table(
    [
      ['', 'commands', 'characters', 'files', 'lines', 'typing them, minutes', 'waiting, minutes'],
      ...effort.map((one, index) => [
        ...[sides[index] ?? '', String(one.commands), String(one.characters), String(one.files)],
        ...[String(one.lines), one.typingMinutes.toFixed(1)],
        (measured.reduce((sum, { wall }) => sum + (wall[index]?.median ?? 0), 0) / 60).toFixed(1),
      ]),
    ],
    print,
  );
}

function table(rows: readonly (readonly string[])[], print: (line: string) => void): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    print(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function noPeers(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'peers_missing',
    message: 'MLflow, Metaflow and DVC could not be installed from PyPI',
    action: 'Look at what was said above; they need a network once.',
  });
}
