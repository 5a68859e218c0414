/**
 * What the local engine costs beside the bare processes: `npx tsx platform/pipelines/bench-overhead.ts`.
 * Twenty parallel tasks that do nothing, the same command as plain child processes, as many at a time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { component, pipeline } from './definition.ts';
import { engineForTest, requestFor } from './testing.ts';

export interface Overhead {
  readonly command: string;
  readonly tasks: number;
  readonly bare: Cost;
  readonly engine: Cost;
  /** Engine to bare, of wall time and of CPU time (of this process and its children). */
  readonly ratio: Cost;
}

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** The best of some rounds of each, alternating, so that other work on the machine weighs equally on both. */
export async function measureOverhead(command: readonly string[], tasks = 20, rounds = 5): Promise<Overhead> {
  const cores = availableParallelism();
  const step = component({ name: 'step', inputs: { n: 'integer' }, command, cache: false });
  const definition = pipeline({ name: 'overhead' }, (p) => {
    p.forEach(
      Array.from({ length: tasks }, (_, index) => index),
      { name: 'each' },
      (n) => {
        p.task(step, { n });
      },
    );
  });
  const bare: Cost[] = [];
  const engine: Cost[] = [];
  const test = await engineForTest({ cores });
  try {
    for (let round = 0; round <= rounds; round++) {
      const bareCost = await timed(() => runBare(command, tasks, cores));
      const engineCost = await timed(async () => {
        const run = await test.engine.wait(await test.engine.submit(requestFor(definition)));
        if (run.state !== 'succeeded') throw new Error(run.reason ?? run.state);
      });
      if (round === 0) continue; // warms both up
      bare.push(bareCost);
      engine.push(engineCost);
    }
  } finally {
    await test.close();
  }
  const [bareBest, engineBest] = [least(bare), least(engine)];
  return {
    command: command.join(' '),
    tasks,
    bare: bareBest,
    engine: engineBest,
    ratio: { wallMs: engineBest.wallMs / bareBest.wallMs, cpuMs: engineBest.cpuMs / bareBest.cpuMs },
  };
}

function least(costs: readonly Cost[]): Cost {
  return {
    wallMs: Math.min(...costs.map(({ wallMs }) => wallMs)),
    cpuMs: Math.min(...costs.map(({ cpuMs }) => cpuMs)),
  };
}

async function runBare(
  [program = '', ...args]: readonly string[],
  count: number,
  atOnce: number,
): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0)
      await once(spawn(program, args, { stdio: 'ignore', env: { PATH: process.env.PATH ?? '' } }), 'exit');
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function timed(work: () => Promise<void>): Promise<Cost> {
  const [start, cpuStart] = [performance.now(), cpuMs()];
  await work();
  return { wallMs: performance.now() - start, cpuMs: cpuMs() - cpuStart };
}

/** CPU time of this process and the children that it waited for, where the system tells; else of itself. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  if (process.platform !== 'linux') return (user + system) / 1000;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (user + system) / 1000 + (Number(fields[13]) + Number(fields[14])) * 10;
}

if (process.argv[1]?.endsWith('bench-overhead.ts')) {
  const show = ({ wallMs, cpuMs }: Cost) => `${wallMs.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms)`;
  for (const command of [['node', '-e', '0'], ['sleep', '0.5'], ['true']]) {
    const { tasks, bare, engine, ratio } = await measureOverhead(command);
    console.log(
      `${tasks} x ${command.join(' ')}: bare ${show(bare)}, engine ${show(engine)}, ` +
        `ratio ${ratio.wallMs.toFixed(2)} (CPU ${ratio.cpuMs.toFixed(2)}), ` +
        `${((engine.cpuMs - bare.cpuMs) / tasks).toFixed(1)} CPU-ms a task`,
    );
  }
}
