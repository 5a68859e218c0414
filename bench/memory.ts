import { decodersOf } from './process-tree.ts';
import { ServerProcess, sleep } from './server-process.ts';
import { enrolVisitor, signIn, undisturbed } from './visitors.ts';

const first = 500;
const more = 2000;
const every = 250;
const limitMegabytes = 900;
/** What counts as growth: more than this share between the two readings. */
const growthShare = 0.05;

/** Resident memory of the service with what it decodes with (MLflow and training apart) after 500 sign-ins and over the next 2,000. */
export async function benchMemory(print: (line: string) => void): Promise<boolean> {
  const server = await ServerProcess.create(undisturbed);
  await server.start();
  try {
    const client = server.client();
    print(`memory: resident after the start ${residentMegabytes(server).toFixed(0)} MB`);
    const visitors = [];
    for (let index = 0; index < 4; index++) visitors.push(await enrolVisitor(server, index));
    const readings = new Map<number, number>();
    for (let turn = 1; turn <= first + more; turn++) {
      await signIn(client, visitors[turn % visitors.length]!, turn);
      if (turn % every !== 0) continue;
      await sleep(500);
      readings.set(turn, residentMegabytes(server));
      print(`  after ${String(turn).padStart(4)} sign-ins ${readings.get(turn)?.toFixed(0)} MB`);
    }
    const after500 = readings.get(first) ?? Number.NaN;
    const afterAll = readings.get(first + more) ?? Number.NaN;
    const growth = afterAll / after500 - 1;
    print(
      `  ${after500.toFixed(0)} MB after ${first} (limit ${limitMegabytes} MB), ${afterAll.toFixed(0)} MB after ${more} more: ${(growth * 100).toFixed(1)} %`,
    );
    return after500 <= limitMegabytes && growth <= growthShare;
  } finally {
    await server.stop();
  }
}

function residentMegabytes(server: ServerProcess): number {
  return server.residentMegabytes() + decodersOf(server.pid).residentMegabytes;
}
