import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeAudio } from '@visavox/recognition/signals/audio';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { Random } from '@visavox/recognition/synthetic/random';
import { speak } from '@visavox/recognition/synthetic/voice/speak';
import { wav } from '@visavox/recognition/synthetic/wav';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordedHalves, recordedIdentities } from './recorded-identities.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-data-'));
  for (const [index, speaker] of ['s1', 's2'].entries()) {
    const voice = join(folder, 'voices', 'audiomnist_az', speaker);
    const face = join(folder, 'faces', 'lfw', `Person_${speaker}`);
    await Promise.all([mkdir(voice, { recursive: true }), mkdir(face, { recursive: true })]);
    const { sound } = syntheticPerson(1, index);
    for (const digit of '0123456789') {
      for (const repetition of ['01', '02']) {
        const said = speak(sound, digit, new Random(speaker, digit, repetition));
        await writeFile(join(voice, `d${digit}_r${repetition}.wav`), wav(said));
      }
    }
    for (let image = 1; image <= 6; image++)
      await writeFile(join(face, `0${image}.jpg`), `${speaker} ${image}`);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('a seed pairs each face with one voice', async () => {
  const names = async (seed: number) => (await recordedIdentities(folder, seed)).map(({ name }) => name);
  expect(await names(1)).toEqual(await names(1));
  const pairings = await Promise.all([1, 2, 3, 4, 5, 6].map(names));
  expect(new Set(pairings.map((pairing) => [...pairing].sort().join())).size).toBe(2);
});

test('nobody is tried with a recording that enrolled him', async () => {
  const [person] = await recordedIdentities(folder, 1);
  const enrolled = new Set<string>();
  for await (const image of person!.enrolmentFaces()) enrolled.add(text(image));
  expect(enrolled.size).toBe(4);
  for (let occasion = 0; occasion < 10; occasion++) {
    for (const image of await person!.faces(occasion)) expect(enrolled).not.toContain(text(image));
  }
});

test('digits are joined into one recording', async () => {
  const [person] = await recordedIdentities(folder, 1);
  const short = await decodeAudio(await person!.speak('47', 0));
  const long = await decodeAudio(await person!.speak('4719', 0));
  expect(long.length).toBeGreaterThan(short.length * 1.5);
});

test('one long utterance enrols with its beginning and tries with its end', async () => {
  const voice = join(folder, 'voices', 'librispeech_single', 't1');
  await mkdir(voice, { recursive: true });
  const louder = Float32Array.from(
    { length: 6 * 16_000 },
    (_, at) => (at / (6 * 16_000)) * Math.sin((2 * Math.PI * 200 * at) / 16_000),
  );
  await writeFile(join(voice, '01.wav'), wav(louder));
  for (const name of ['t1', 'u1', 'u2', 'u3']) {
    await mkdir(join(folder, 'faces', 'lfw', `Person_${name}`), { recursive: true });
    for (let image = 1; image <= 6; image++)
      await writeFile(join(folder, 'faces', 'lfw', `Person_${name}`, `0${image}.jpg`), `${name} ${image}`);
  }
  const { enrolling } = await recordedHalves(folder, { seed: 1, heldOut: 1 });
  const { identity } = enrolling.find((one) => one.voice === 't1')!;
  const heard: Float32Array[] = [];
  for await (const utterance of identity.enrolmentVoices()) heard.push(await decodeAudio(utterance));
  const tried = await decodeAudio(await identity.speak('4711', 0));
  expect(heard.map((one) => one.length / 16_000)).toEqual([1.4, 1.4, 1.4]);
  expect(tried.length / 16_000).toBeCloseTo(1.56, 2);
  const beginning = tried.slice(0, 1600);
  expect(Math.max(...beginning)).toBeGreaterThan(Math.max(...heard.map((one) => Math.max(...one))));
  expect(await identity.speak('4711', 0)).not.toEqual(await identity.speak('4711', 1));
});

test('a folder without recordings is told of', async () => {
  await expect(recordedIdentities(join(folder, 'faces'), 1)).rejects.toMatchObject({ code: 'data_missing' });
});
