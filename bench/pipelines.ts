import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '@visavox/core/errors';
import { makePeerEnvironment } from '../scripts/peer-environment.mjs';

import {
  type BareChains,
  bareChains,
  type Chain,
  type EngineChains,
  engineChains,
  type Place,
  peerChains,
} from './chains.ts';
import { benchSnapshots, type SnapshotFigures } from './code-snapshots.ts';
import { describeSummary, type Summary, summarise } from './summary.ts';
import { type Usage, usageOf } from './usage.ts';

const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '.visavox', 'setup');
const steps = 10;
/** The shortest chain that all can run; what is on top of it is the cost of more steps. */
const fewSteps = 2;
const rounds = 5;
/** Chains before the rounds: what is compiled on the way and read from the disk for the first time. */
const warmUps = 2;
/**
 * How much more a chain of kfp's no-op component may take than its bare processes, in wall time and in CPU time. What is on
 * top of a process that starts in twenty milliseconds is told beside it.
 */
const limitRatio = 1.3;

const kfpStep = "kfp's no-op component";

export interface ChainFigures {
  readonly name: string;
  readonly step: string;
  /** Milliseconds for ten steps. */
  readonly wall: Summary;
  readonly cpu: Summary;
  /** Milliseconds that each step takes once a chain runs. */
  readonly stepWall: number;
  readonly stepCpu: number;
  /** To the bare processes of the same steps: the median over the rounds, each compared with its own. */
  readonly ratio?: { readonly wall: number; readonly cpu: number };
}

export interface PipelineFigures {
  readonly within: boolean;
  readonly cores: number;
  readonly rounds: number;
  readonly limitRatio: number;
  readonly chains: readonly ChainFigures[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly snapshot: SnapshotFigures;
}

interface Contestant {
  readonly chain: Chain;
  readonly step: string;
  /** The bare processes of the same steps. */
  readonly bare?: Contestant;
  readonly few: Usage[];
  readonly all: Usage[];
}

/** What ten steps that do nothing cost as a pipeline, beside their bare processes and beside what others make of them. */
export async function benchPipelines(print: (line: string) => void): Promise<PipelineFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-bench-pipelines-'));
  // Without the peers, the chain is measured in the Python of the installation.
  const python = makePeerEnvironment('pipelines') ?? join(setup, 'python', 'bin', 'python3');
  const place: Place = { folder, programs: dirname(python) };
  const [engine, bare] = [await engineChains(place), bareChains(place)];
  try {
    const skipped: { name: string; reason: string }[] = [];
    const contestants = await contestantsIn(place, { engine, bare }, skipped);
    for (const { chain } of contestants) for (let time = 0; time < warmUps; time++) await chain.run(steps);
    for (let round = 0; round < rounds; round++)
      for (const { chain, few, all } of contestants) {
        few.push(await usageOf(() => chain.run(fewSteps)));
        all.push(await usageOf(() => chain.run(steps)));
      }
    const chains = contestants.map(figuresOf);
    const snapshot = await benchSnapshots();
    const ours = chains.filter(({ name }) => name === 'visavox');
    const judged = ours.find(({ step }) => step === kfpStep) ?? ours[0];
    const within = snapshot.within && judged?.ratio !== undefined && largest(judged.ratio) <= limitRatio;
    const figures = { within, cores: availableParallelism(), rounds, limitRatio, chains, skipped, snapshot };
    printFigures(figures, print);
    return figures;
  } finally {
    bare.close();
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** All that can run here; `skipped` is told of the others. */
async function contestantsIn(
  place: Place,
  { engine, bare }: { readonly engine: EngineChains; readonly bare: BareChains },
  skipped: { name: string; reason: string }[],
): Promise<readonly Contestant[]> {
  const small = contestant(bare.smallest, 'python3 -c pass');
  const contestants = [small, contestant(engine.smallest, small.step, small)];
  let kfp: Contestant | undefined;
  try {
    kfp = contestant(await bare.kfp(), kfpStep);
    contestants.push(kfp, contestant(engine.kfp, kfp.step, kfp));
  } catch (error) {
    skipped.push({ name: kfpStep, reason: messageOf(error) });
  }
  for (const chain of peerChains(place)) {
    const same = chain.name.startsWith('kfp') ? kfp : undefined;
    await chain.run(fewSteps).then(
      () => contestants.push(contestant(chain, same?.step ?? 'a no-op of its own', same)),
      (error) => skipped.push({ name: chain.name, reason: messageOf(error) }),
    );
  }
  return contestants;
}

function contestant(chain: Chain, step: string, bare?: Contestant): Contestant {
  return { chain, step, ...(bare && { bare }), few: [], all: [] };
}

function figuresOf({ chain, step, bare, few, all }: Contestant): ChainFigures {
  const of = (kind: keyof Usage) => {
    const perStep = all.map((usage, round) => (usage[kind] - (few[round]?.[kind] ?? 0)) / (steps - fewSteps));
    const ratios = all.map((usage, round) => usage[kind] / (bare?.all[round]?.[kind] ?? Number.NaN));
    return {
      whole: summarise(all.map((usage) => usage[kind])),
      step: summarise(perStep).median,
      ratio: summarise(ratios).median,
    };
  };
  const [wall, cpu] = [of('wall'), of('cpu')];
  return {
    ...{ name: chain.name, step, wall: wall.whole, cpu: cpu.whole },
    ...{ stepWall: wall.step, stepCpu: cpu.step },
    ...(bare && { ratio: { wall: wall.ratio, cpu: cpu.ratio } }),
  };
}

function largest({ wall, cpu }: { readonly wall: number; readonly cpu: number }): number {
  return Math.max(wall, cpu);
}

function printFigures({ chains, skipped, snapshot, cores }: PipelineFigures, print: (line: string) => void) {
  print(`pipelines: a chain of ${steps} steps that do nothing, one Python environment, ${cores} cores,`);
  print(
    `${rounds} rounds in turns; median (quartiles), and the ratio to the bare processes of the same round`,
  );
  print('');
  const spread = ({ median, low, high }: Summary) =>
    `${median.toFixed(0)} (${low.toFixed(0)} to ${high.toFixed(0)})`;
  const header = ['step', 'run by', 'wall ms', 'CPU ms', 'a further step, wall', 'CPU', 'ratio, wall', 'CPU'];
  const rows = chains.map(({ name, step, wall, cpu, stepWall, stepCpu, ratio }) => [
    ...[step, name, spread(wall), spread(cpu), stepWall.toFixed(0), stepCpu.toFixed(0)],
    ...(ratio ? [ratio.wall.toFixed(2), ratio.cpu.toFixed(2)] : ['', '']),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [header, ...rows])
    print(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  for (const { name, reason } of skipped) print(`  skipped: ${name}: ${reason.split('\n').at(-1)}`);
  print('');
  print(`  a snapshot of ${snapshot.files} files, CPU (limit ${snapshot.limitMilliseconds} ms each)`);
  print(`    the first one   ${describeSummary(snapshot.first, 'ms')}`);
  print(`    unchanged       ${describeSummary(snapshot.unchanged, 'ms')}`);
  print(`  The ratio of visavox for ${kfpStep} is to be at most ${limitRatio}. The others' times hold`);
  print(
    '  the start of their programs, which "a further step" leaves out; ours runs in a service that is up.',
  );
}
