import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { disturb } from './disturbances.ts';
import { decodersOf } from './process-tree.ts';
import { type Recorded, recordedForm, signInWith } from './recorded-sign-in.ts';
import { ServerProcess, sleep } from './server-process.ts';
import { describeSummary, summarise } from './summary.ts';
import { enrolVisitor, undisturbed, type Visitor } from './visitors.ts';

const people = 300;
const crowdMilliseconds = 60_000;
const blocks = 6;
const perBlock = 8;
const limits = {
  /** p99 of those admitted, of the crowd over half of it. */
  ratio: 2,
  /** What an honest visitor waits longer beside four that trickle and four with giant pictures. */
  slower: 0.2,
  /** The server and what it decodes with; MLflow apart. */
  megabytes: 1200,
} as const;

const Outcome = z.object({
  admitted: z.array(z.number()),
  refused: z.array(z.number()),
  statuses: z.record(z.string(), z.number()),
  broken: z.record(z.string(), z.number()),
});
type Outcome = z.infer<typeof Outcome>;

/** What people notice of others who send slowly, send what is hard to decode, or come all at once. */
export async function benchOverload(print: (line: string) => void): Promise<boolean> {
  const server = await ServerProcess.create(undisturbed);
  await server.start();
  try {
    const recorded: Recorded[] = [];
    for (let index = 0; index < 4; index++) recorded.push(await record(await enrolVisitor(server, index)));
    print(`overload: sign-ins of ${Math.round((recorded[0]?.form.length ?? 0) / 1024)} KB`);
    const patient = await honestVisitor(server, recorded, print);
    const half = await crowd(server, { people: people / 2, milliseconds: crowdMilliseconds / 2 }, recorded);
    const calm = report(print, `${people / 2} at once`, half.outcome);
    await sleep(3000);
    const full = await crowd(server, { people, milliseconds: crowdMilliseconds }, recorded);
    const crowded = report(print, `${people} at once`, full.outcome);
    const ratio = crowded.p99 / calm.p99;
    const { megabytes } = full;
    print(`  p99 over that of half of them  ${ratio.toFixed(2)} times   limit ${limits.ratio}`);
    print(`  memory, decoders included      ${megabytes.toFixed(0)} MB   limit ${limits.megabytes} MB`);
    const orderly = calm.orderly && crowded.orderly;
    return patient && orderly && ratio <= limits.ratio && megabytes <= limits.megabytes;
  } finally {
    await server.stop();
  }
}

async function record(visitor: Visitor): Promise<Recorded> {
  const answer = await visitor.answer({ digits: '4719', turn: 'left', cues: [0, 700, 2300, 3000] }, 0);
  return { name: visitor.name, form: recordedForm({ name: visitor.name, ...answer }) };
}

/** One who signs in now and then, alone and beside those who mean harm, in turns. */
async function honestVisitor(
  server: ServerProcess,
  [answer]: readonly Recorded[],
  print: (line: string) => void,
): Promise<boolean> {
  if (!answer) return false;
  for (let turn = 0; turn < 20; turn++) await signInWith(server.url, answer);
  const alone: number[] = [];
  const beside: number[] = [];
  for (let block = 0; block < blocks; block++) {
    for (let turn = 0; turn < perBlock; turn++) alone.push(await signInWith(server.url, answer));
    const disturbance = await disturb(server.url, { trickles: 4, giants: 4 });
    await sleep(1500);
    for (let turn = 0; turn < perBlock; turn++) beside.push(await signInWith(server.url, answer));
    await disturbance.stop();
  }
  const slower = summarise(beside).median / summarise(alone).median - 1;
  print(`  alone                          ${describeSummary(summarise(alone), 'ms')}`);
  print(`  beside 4 trickles, 4 giants    ${describeSummary(summarise(beside), 'ms')}`);
  print(`  slower by                      ${(slower * 100).toFixed(0)} %   limit ${limits.slower * 100} %`);
  return slower < limits.slower;
}

async function crowd(
  server: ServerProcess,
  job: { people: number; milliseconds: number },
  answers: readonly Recorded[],
): Promise<{ outcome: Outcome; megabytes: number }> {
  const child = fork(join(import.meta.dirname, 'crowd.mjs'), { serialization: 'advanced' });
  let megabytes = 0;
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, server.residentMegabytes() + decodersOf(server.pid).residentMegabytes);
  }, 250);
  try {
    child.send({ ...job, port: Number(new URL(server.url).port), answers });
    const [answer] = await once(child, 'message');
    return { outcome: Outcome.parse(answer), megabytes };
  } finally {
    clearInterval(watch);
    child.kill();
  }
}

function report(
  print: (line: string) => void,
  title: string,
  { admitted, refused, statuses, broken }: Outcome,
): { p99: number; orderly: boolean } {
  const at = (values: readonly number[], share: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
  const p99 = at(admitted, 0.99);
  const times = (values: readonly number[]) =>
    `median ${at(values, 0.5).toFixed(0)}, p99 ${at(values, 0.99).toFixed(0)} ms`;
  print(`  ${title.padEnd(29)}  ${admitted.length} answered (${times(admitted)})`);
  print(`  ${''.padEnd(29)}  ${refused.length} told to come again (${times(refused)})`);
  const told = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  print(`  ${''.padEnd(29)}  ${told.join(', ')}; broken ${JSON.stringify(broken)}`);
  const faults = Object.keys(statuses).filter((status) => /5\d\d$/.test(status) && !status.endsWith('503'));
  return { p99, orderly: faults.length === 0 && Object.keys(broken).length === 0 };
}
