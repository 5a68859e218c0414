import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '@visavox/adapters/objects/open-object-store';
import type { VisavoxClient } from '@visavox/client/client';
import { type DatasetItem, datasetVersion } from '@visavox/core/dataset';
import { canonicalJson } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { type ObjectStore, putBlob } from '@visavox/core/object-store';
import { isFinished, type RunRecord } from '@visavox/core/run';
import { compile } from '@visavox/pipelines/compile';
import recogniserPipeline from '@visavox/recognition/pipeline';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { Random } from '@visavox/recognition/synthetic/random';
import sharp from 'sharp';
import { ServerProcess, sleep } from './server-process.ts';
import { undisturbed } from './visitors.ts';

const recordingsEach = 10;
/** So many people are rendered and voiced; the others are recordings of them, changed: to embed them costs the same. */
const rendered = 20;
const renderings = 3;
/** About 3 s. */
const digits = ['471', '902', '356'];

/** From a dataset to a registered version, every recording seen for the first time; then with a tenth more people. */
export function benchTraining(people: number, limitMinutes: number) {
  return async (print: (line: string) => void): Promise<boolean> => {
    const server = await ServerProcess.create(undisturbed);
    await server.start();
    try {
      // A busy machine may let a question wait: only a server that stays away is a failure.
      const client = server.client(30);
      while ((await client.models()).length === 0) await sleep(1000);
      const home = join(server.home, 'home');
      const objects = await openObjectStore({
        url: pathToFileURL(join(home, 'objects')).href,
        key: { file: join(home, 'secrets', 'objects.key') },
      });
      const more = Math.ceil(people / 10);
      const items = await population(people + more, objects);
      const first = items.filter(({ labels }) => Number(labels.person?.slice(1)) < people);
      print(
        `training: ${people} people, ${recordingsEach} images and ${recordingsEach} utterances of about 3 s each`,
      );
      const cold = await train(client, { objects, items: first });
      print(`  nothing known before ${describe(cold)}   limit ${limitMinutes} min`);
      const warm = await train(client, { objects, items });
      print(`  with ${more} people more   ${describe(warm)}`);
      for (const [task, seconds] of tasksOf(cold)) print(`    ${task.padEnd(20)} ${seconds.toFixed(1)} s`);
      return secondsOf(cold) <= limitMinutes * 60;
    } finally {
      await server.stop();
    }
  };
}

async function train(
  client: VisavoxClient,
  { objects, items }: { objects: ObjectStore; items: readonly DatasetItem[] },
): Promise<RunRecord> {
  const dataset = datasetVersion('bench', items);
  await putBlob(objects, Buffer.from(canonicalJson(dataset.manifest)));
  const champion = (await client.releases()).find(({ stage }) => stage === 'champion')?.bundle;
  if (!champion) throw new SystemError('nothing is released yet');
  const id = await client.startRun({
    pipelineSpec: compile(recogniserPipeline),
    parameters: { dataset: dataset.digest, champion, seed: 1, shards: availableParallelism() },
  });
  for (;;) {
    const run = await client.run(id);
    if (isFinished(run.state)) {
      if (run.state === 'succeeded') return run;
      throw new SystemError(`the run ${run.state}: ${run.reason}`);
    }
    await sleep(1000);
  }
}

async function population(people: number, objects: ObjectStore): Promise<DatasetItem[]> {
  const base = await Promise.all(
    Array.from({ length: rendered }, async (_, index) => {
      const person = syntheticPerson(5, index);
      return {
        faces: await Promise.all(Array.from({ length: renderings }, (_, shot) => person.face(shot))),
        voices: digits.map((text, take) => person.utterance(text, take)),
      };
    }),
  );
  const items: DatasetItem[] = [];
  for (let person = 0; person < people; person++) {
    const like = base[person % rendered]!;
    for (let take = 0; take < recordingsEach; take++) {
      const random = new Random('bench', person, take);
      const image = sharp(like.faces[take % renderings]!).modulate({ brightness: random.between(0.8, 1.2) });
      items.push(
        await item(objects, `p${person}`, 'face', new Uint8Array(await image.jpeg().toBuffer())),
        await item(objects, `p${person}`, 'voice', louder(like.voices[take % digits.length]!, random)),
      );
    }
  }
  return items;
}

async function item(
  objects: ObjectStore,
  person: string,
  modality: 'face' | 'voice',
  bytes: Uint8Array,
): Promise<DatasetItem> {
  const digest = await putBlob(objects, bytes);
  return {
    key: `${person}-${digest.slice(7, 23)}`,
    digest,
    bytes: bytes.length,
    mediaType: modality === 'face' ? 'image/jpeg' : 'audio/wav',
    labels: { person, modality },
    provenance: { source: 'synthetic', consent: 'none needed', capturedAt: new Date(0).toISOString() },
  };
}

/** Other samples of the same utterance: noise of one step in places, a little louder or softer. */
function louder(wav: Uint8Array, random: Random): Uint8Array {
  const header = 44;
  const copy = wav.slice();
  const samples = new Int16Array(copy.buffer, header);
  const gain = random.between(0.7, 1);
  for (let at = 0; at < samples.length; at++)
    samples[at] = Math.round(samples[at]! * gain + 3 * (random.next() - 0.5));
  return copy;
}

function secondsOf(run: RunRecord): number {
  return (Date.parse(run.finishedAt ?? run.createdAt) - Date.parse(run.createdAt)) / 1000;
}

function describe(run: RunRecord): string {
  const seconds = secondsOf(run);
  const cpu = run.tasks.reduce((sum, task) => sum + (task.cpuSeconds ?? 0), 0);
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s (${cpu.toFixed(0)} s of CPU)`;
}

function tasksOf(run: RunRecord): [string, number][] {
  return run.tasks.flatMap((task) =>
    task.startedAt && task.finishedAt
      ? [[task.name, (Date.parse(task.finishedAt) - Date.parse(task.startedAt)) / 1000] as [string, number]]
      : [],
  );
}
