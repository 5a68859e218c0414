import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FeatureFile } from './feature-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-features-'));
  path = join(folder, 'cache', 'face.jsonl');
});
afterEach(async () => {
  for (const file of files.splice(0)) await file.close();
  await rm(folder, { recursive: true });
});

const files: FeatureFile[] = [];
async function opened(): Promise<FeatureFile> {
  const file = await FeatureFile.open(path);
  files.push(file);
  return file;
}

/** Features as they are remembered, with how the voice was recorded. */
const heard = (...features: number[]) => ({
  features: Float32Array.from(features),
  measures: {
    modality: 'voice' as const,
    quality: 0.5,
    snrDb: 20,
    speechSeconds: 3,
    seconds: 3.5,
    highBandDb: -30,
  },
});
const [ada, ben] = [digestOf('ada'), digestOf('ben')];

test('what was computed once is known the next time', async () => {
  const file = await opened();
  await file.put(ada, heard(0.1, -2, 3e-9));
  expect(await file.get(ada)).toMatchObject(heard(0.1, -2, 3e-9));
  const again = await opened();
  expect(await again.get(ada)).toMatchObject(heard(0.1, -2, 3e-9));
  expect(await again.get(ben)).toBeUndefined();
  expect((await stat(join(folder, 'cache'))).mode & 0o777).toBe(0o700);
});

test('a line that was cut off is forgotten, and what follows is not', async () => {
  await (await opened()).put(ada, heard(1));
  await appendFile(path, `{"sample":"${ben}","feat`);
  const file = await opened();
  expect(await file.get(ben)).toBeUndefined();
  await file.put(ben, heard(2));
  const again = await opened();
  expect([await again.get(ada), await again.get(ben)]).toMatchObject([heard(1), heard(2)]);
});

test('lines written beside each other are each found again', async () => {
  const file = await opened();
  const samples = Array.from({ length: 40 }, (_, index) => digestOf(`sample ${index}`));
  await Promise.all(samples.map((sample, index) => file.put(sample, heard(index, index / 7))));
  for (const known of [file, await opened()])
    for (const [index, sample] of samples.entries())
      expect(await known.get(sample)).toMatchObject(heard(index, index / 7));
});

test('a file of something else is no obstacle', async () => {
  await opened();
  await writeFile(path, `null\n42\n{"sample":1}\n{"sample":"${ada}","features":7}\n`);
  expect(await (await opened()).get(ada)).toBeUndefined();
  expect(await readFile(path, 'utf8')).toContain('42');
});

test('without a path nothing is kept', async () => {
  const file = await FeatureFile.open(null);
  await file.put(ada, heard(1));
  expect(await file.get(ada)).toMatchObject(heard(1));
});
