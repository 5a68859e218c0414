import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { filmAnswer } from '@visavox/recognition/synthetic/film';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { z } from 'zod';
import { disturb } from './disturbances.ts';
import { decodersOf } from './process-tree.ts';
import { recordedForm, signInWith } from './recorded-sign-in.ts';
import { ServerProcess, sleep } from './server-process.ts';
import { describeSummary, summarise } from './summary.ts';
import { undisturbed } from './visitors.ts';

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
    const forms = await Promise.all([0, 1, 2, 3].map(record));
    print(`overload: sign-ins of ${Math.round((forms[0]?.length ?? 0) / 1024)} KB`);
    const patient = await honestVisitor(server, forms, print);
    const half = await crowd(server, { people: people / 2, milliseconds: crowdMilliseconds / 2 }, forms);
    const calm = report(print, `${people / 2} at once`, half.outcome);
    await sleep(3000);
    const full = await crowd(server, { people, milliseconds: crowdMilliseconds }, forms);
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

/** Two pictures, and a film of somebody who turns the head and says digits. */
async function record(index: number): Promise<Buffer> {
  const person = syntheticPerson(11, index);
  const { voice, frames, times } = await filmAnswer(person, '4719', { turn: 'left', variation: 3 });
  const faces = await Promise.all([10, 11].map((shot) => person.face(shot, { width: 640, height: 480 })));
  return recordedForm({ faces, voice, frames, times });
}

/** One who signs in now and then, alone and beside those who mean harm, in turns. */
async function honestVisitor(
  server: ServerProcess,
  [answer]: readonly Buffer[],
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
  // Refusals take a whole number of steps of 400 ms: their median moves by leaps, their mean does not.
  const slower = mean(beside) / mean(alone) - 1;
  print(
    `  alone                          mean ${mean(alone).toFixed(0)} ms, ${describeSummary(summarise(alone), 'ms')}`,
  );
  print(
    `  beside 4 trickles, 4 giants    mean ${mean(beside).toFixed(0)} ms, ${describeSummary(summarise(beside), 'ms')}`,
  );
  print(`  slower by                      ${(slower * 100).toFixed(0)} %   limit ${limits.slower * 100} %`);
  return slower < limits.slower;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function crowd(
  server: ServerProcess,
  job: { people: number; milliseconds: number },
  forms: readonly Buffer[],
): Promise<{ outcome: Outcome; megabytes: number }> {
  const child = fork(join(import.meta.dirname, 'crowd.mjs'), { serialization: 'advanced' });
  let megabytes = 0;
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, server.residentMegabytes() + decodersOf(server.pid).residentMegabytes);
  }, 250);
  try {
    child.send({ ...job, port: Number(new URL(server.url).port), forms });
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
