import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import type { Answer, VisavoxClient } from '@visavox/client/client';
import { networkTimes } from './network-times.ts';
import { decodersOf } from './process-tree.ts';
import { ServerProcess, sleep } from './server-process.ts';
import { describeSummary, summarise } from './summary.ts';
import { enrolVisitor, signIn, undisturbed } from './visitors.ts';

const blocks = 20;
/** Sign-ins a block: the kernel counts CPU time in steps of 10 ms. */
const perBlock = 5;
/** Until the code that a sign-in runs is compiled. */
const warmUp = 80;
const limitMilliseconds = 200;

/** What one sign-in (two faces, the film of an answer and its speech, decoding included) costs the server in CPU, beside its networks alone. */
export async function benchSignIn(print: (line: string) => void): Promise<boolean> {
  const setup = process.env.VISAVOX_SETUP ?? resolve(import.meta.dirname, '../.visavox/setup');
  const server = await ServerProcess.create(undisturbed);
  await server.start();
  try {
    const client = server.client();
    const visitor = await enrolVisitor(server, 0);
    const sent = { answers: 0, frames: 0, seconds: 0 };
    const count = ({ frames, voice }: Answer) => {
      sent.answers++;
      sent.frames += frames.length;
      sent.seconds += voice.length / 32_000;
    };
    // MLflow comes up behind the service, and version 1 is registered then: neither is part of a sign-in.
    await registered(client);
    print(
      `sign-in: ${warmUp + blocks * perBlock} films, each rendered when its digits are known: 10 minutes`,
    );
    for (let take = 0; take < warmUp; take++) await signIn(client, visitor, take, count);
    const [frames, seconds] = [sent.frames / sent.answers, sent.seconds / sent.answers];
    print(
      `  each of             2 faces of 640x480, ${frames.toFixed(0)} frames of 240x320 and ${seconds.toFixed(1)} s of speech`,
    );
    await quiet(server);
    const idle = sumOf(await cpuOf(server, () => sleep(5000)));
    const parts: PartsCpu[] = [];
    const latency: number[] = [];
    const decisions = new Map<string, number>();
    for (let block = 0; block < blocks; block++) {
      const used = await cpuOf(server, async () => {
        for (let turn = 0; turn < perBlock; turn++) {
          let started = performance.now();
          const take = warmUp + block * perBlock + turn;
          const { decision } = await signIn(client, visitor, take, () => {
            started = performance.now();
          });
          latency.push(performance.now() - started);
          decisions.set(decision, (decisions.get(decision) ?? 0) + 1);
        }
      });
      parts.push({ server: (used.server * 1000) / perBlock, decoders: (used.decoders * 1000) / perBlock });
    }
    const measured = summarise(parts.map(sumOf));
    const load = loadavg()[0] ?? 0;
    const networks = await networkTimes(join(setup, 'networks'), {
      faces: 2,
      frames: Math.round(frames),
      speechSeconds: seconds,
    });
    const sum = networks.reduce((total, { runs, milliseconds }) => total + runs * milliseconds.median, 0);
    print(`  CPU of the server   ${describeSummary(measured, 'ms')}   limit ${limitMilliseconds} ms`);
    print(`    its own process   ${describeSummary(summarise(parts.map((part) => part.server)), 'ms')}`);
    print(`    its decoders      ${describeSummary(summarise(parts.map((part) => part.decoders)), 'ms')}`);
    print(
      `  load of the machine ${load.toFixed(1)} on ${availableParallelism()} processors (the last minute of these)`,
    );
    print(
      `  CPU when idle       ${((idle / 5) * 1000).toFixed(1)} ms a second (contained in the figure above)`,
    );
    print(`  time on the wire    ${describeSummary(summarise(latency), 'ms')}`);
    print(`  networks alone      ${sum.toFixed(1)} ms:`);
    for (const { network, runs, milliseconds } of networks) {
      print(`    ${network.padEnd(16)} ${String(runs).padStart(3)} x ${describeSummary(milliseconds, 'ms')}`);
    }
    print(
      `  the rest            ${(measured.median - sum).toFixed(1)} ms (decoding, alignment, encryption, database, HTTP)`,
    );
    print(`  decisions           ${[...decisions].map(([decision, n]) => `${decision} ${n}`).join(', ')}`);
    return measured.median <= limitMilliseconds;
  } finally {
    await server.stop();
  }
}

/** CPU of the processes that a server consists of, in seconds or milliseconds. */
interface PartsCpu {
  readonly server: number;
  /** What decodes recordings, in processes of its own. */
  readonly decoders: number;
}

function sumOf({ server, decoders }: PartsCpu): number {
  return server + decoders;
}

/** In seconds. */
async function cpuOf(server: ServerProcess, work: () => Promise<unknown>): Promise<PartsCpu> {
  const used = () => ({
    server: server.cpuSeconds(),
    decoders: decodersOf(server.pid).cpuMilliseconds / 1000,
  });
  const before = used();
  await work();
  const after = used();
  return { server: after.server - before.server, decoders: after.decoders - before.decoders };
}

/** Until version 1 is in the registry, or three minutes have passed. */
async function registered(client: VisavoxClient): Promise<void> {
  for (let second = 0; second < 180; second++) {
    if ((await client.models()).length > 0) return;
    await sleep(1000);
  }
}

/** Until the server uses less than a tenth of a processor, or a minute has passed. */
async function quiet(server: ServerProcess): Promise<void> {
  for (let second = 0; second < 60; second++) {
    if (sumOf(await cpuOf(server, () => sleep(1000))) < 0.1) return;
  }
}
