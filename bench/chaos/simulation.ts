// npm run chaos -- [--people N] [--seed N] [--data DIR]
// A simulation against a service that is killed with kill -9 three times at random moments and started again.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '@visavox/recognition/synthetic/random';
import { z } from 'zod';
import { ServerProcess, sleep } from '../server-process.ts';

const kills = 3;
const root = resolve(import.meta.dirname, '../..');

const Simulated = z.object({
  waves: z.array(
    z.object({
      people: z.number(),
      servedBy: z.string(),
      falseRejects: z.number(),
      genuine: z.number(),
      falseAccepts: z.number(),
      impostor: z.number(),
      retraining: z.object({ outcome: z.string(), reason: z.string() }).nullable(),
    }),
  ),
  checks: z.object({
    everyoneListed: z.boolean(),
    noRunStuck: z.boolean(),
    oneChampion: z.boolean(),
    problems: z.array(z.string()),
  }),
});

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});
const seed = Number(options.seed);
const people = Number(options.people);
const random = new Random('chaos', seed);
const started = Date.now();
const say = (text: string) =>
  process.stdout.write(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${text}\n`);

/** Moments between which something of every kind happens: enrolling, signing in, training, releasing. */
const pauses = Array.from({ length: kills }, () => random.between(5, 60));

async function killRepeatedly(server: ServerProcess, simulating: () => boolean): Promise<number> {
  let killed = 0;
  for (const pause of pauses) {
    await sleep(pause * 1000);
    if (!simulating()) return killed;
    say(`kill -9 ${server.pid}: ${await whatGoesOn(server)}`);
    await server.kill();
    killed++;
    await sleep(random.between(0.2, 4) * 1000);
    await server.start();
    say(`started again as ${server.pid}`);
  }
  return killed;
}

async function whatGoesOn(server: ServerProcess): Promise<string> {
  const overview = await server.client().overview();
  const run = overview.pending.training ? `training ${overview.pending.training.run}` : 'no training';
  return `${overview.people} people, ${overview.samples} samples, ${run}`;
}

function startSimulation(server: ServerProcess): { ended: Promise<string>; running: () => boolean } {
  const child = spawn(
    process.execPath,
    [
      join(root, 'platform/cli/bin/visavox.mjs'),
      ...['--server', server.url, '--json', 'simulate'],
      ...['--people', String(people), '--seed', String(seed), '--patience', '300'],
      ...(options.data === undefined ? ['--waves', '2'] : ['--data', resolve(options.data)]),
    ],
    {
      cwd: root,
      env: { ...process.env, VISAVOX_HOME: join(server.home, 'home') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let running = true;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    for (const line of chunk.split('\n').filter(Boolean)) say(`  simulate: ${line}`);
  });
  const ended = new Promise<string>((done) => {
    child.on('close', () => {
      running = false;
      done(output);
    });
  });
  return { ended, running: () => running };
}

const server = await ServerProcess.create();
let broken = true;
try {
  say(`seed ${seed}, ${people} people; starting a service on ${server.home}`);
  await server.start();
  const simulation = startSimulation(server);
  const killed = await killRepeatedly(server, simulation.running);
  const output = await simulation.ended;
  const simulated = Simulated.safeParse(parseJson(output));
  if (!simulated.success) {
    say(`the simulation did not come to an end:\n${output.trim()}\n${server.logTail()}`);
  } else {
    const { checks, waves } = simulated.data;
    for (const wave of waves) {
      say(
        `${wave.people} people, served by ${wave.servedBy}: ${wave.falseRejects}/${wave.genuine} false rejects, ` +
          `${wave.falseAccepts}/${wave.impostor} false accepts, retraining ${wave.retraining?.outcome ?? 'none'}`,
      );
    }
    const all = (waves.at(-1)?.people ?? 0) === people;
    if (!all) checks.problems.push(`${waves.at(-1)?.people} are enrolled instead of ${people}`);
    broken = checks.problems.length > 0 || killed < kills;
    for (const problem of checks.problems) say(`BROKEN: ${problem}`);
    if (killed < kills)
      say(`only ${killed} of ${kills} kills came before the simulation ended: ask for more people`);
    say(`no lost enrolment: ${checks.everyoneListed && all}`);
    say(`no run stuck: ${checks.noRunStuck}`);
    say(`exactly one champion: ${checks.oneChampion}`);
  }
} finally {
  if (broken) {
    await server.kill();
    say(`what the service left is in ${server.home}`);
  } else await server.stop();
}
say(broken ? 'BROKEN' : `whole after ${kills} kills`);
process.exitCode = broken ? 1 : 0;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Ended in the middle: reported by the caller with what there is.
    return null;
  }
}
