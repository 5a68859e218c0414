import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishedBundle } from '../../bundle.ts';
import { networksFolder } from '../../setup-folder.ts';
import { Signals } from '../../signals/signals.ts';
import { syntheticPerson } from '../../synthetic/person.ts';
import { printedBy } from '../printed-by.test-support.ts';
import { type ProtocolOptions, runProtocol } from './run-protocol.ts';

const people = [0, 1, 2].map((index) => syntheticPerson(3, index));
let root: string;

const keep = async (path: string, content: Uint8Array | string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-protocol-'));
  for (const [index, person] of people.entries())
    for (const take of [1, 2])
      await keep(`id1000${index}/talk/0000${take}.wav`, person.utterance('4719', take));
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

/** What the command prints, and how. */
async function run(protocol: string, changes: Partial<ProtocolOptions> = {}) {
  const options = { protocol, root, networks: networksFolder(), seed: 1, cache: false, allowMissing: false };
  const [printed] = await printedBy((context) => runProtocol({ ...options, ...changes }, context));
  return printed;
}

const voice = (index: number, take: number) => `id1000${index}/talk/0000${take}.wav`;
const voxCeleb = [
  ...[0, 1, 2].map((index) => `1 ${voice(index, 1)} ${voice(index, 2)}`),
  ...[0, 1, 2].map((index) => `0 ${voice(index, 1)} ${voice((index + 1) % 3, 2)}`),
];

test('voices are compared by a list, and reported as such lists are', async () => {
  await keep('veri_test2.txt', voxCeleb.join('\n'));
  const printed = await run('voxceleb1-o-cleaned');
  expect(printed?.value).toMatchObject({
    ...{ protocol: 'voxceleb1-o-cleaned', lists: ['veri_test2.txt'], model: 'published' },
    ...{ genuine: 3, impostor: 3, people: 3, recordings: 6, failuresToAcquire: 0 },
    leftOut: { recordings: 0, trials: 0, share: 0 },
    figures: [
      { figure: 'EER', value: expect.any(Number) },
      { figure: 'minDCF, target 0.01', value: expect.any(Number) },
      { figure: 'minDCF, target 0.05', value: expect.any(Number) },
    ],
  });
  expect(printed?.human).toContain('minDCF, target 0.05');
});

test('recordings that are missing are told, or left out and counted', async () => {
  await keep('lists/veri_test.txt', [...voxCeleb, `0 ${voice(0, 1)} id10009/talk/00001.wav`].join('\n'));
  const lists = join(root, 'lists');
  await expect(run('voxceleb1-o', { lists })).rejects.toThrow(
    '1 of the 7 recordings that the lists name are not below',
  );
  const printed = await run('voxceleb1-o', { lists, allowMissing: true });
  expect(printed?.value).toMatchObject({
    ...{ genuine: 3, impostor: 3 },
    leftOut: { recordings: 1, trials: 1, share: 1 / 7 },
  });
  expect(printed?.human).toContain('NOT the published protocol: 1 trials (14.29 %)');
});

test('templates of faces at given points: a picture without a face counts too', async () => {
  const signals = await Signals.load((await publishedBundle(networksFolder())).files);
  const [media, points]: [string[], string[]] = [[], []];
  for (const [index, person] of people.entries())
    for (const shot of [0, 1]) {
      const image = `${index}${shot}.jpg`;
      const picture = await person.face(shot);
      const [face] = await signals.followFace([picture]);
      if (!face) throw new Error('a rendered person has a face');
      const { leftEye, rightEye, nose, leftOfMouth, rightOfMouth } = face;
      const five = [leftEye, rightEye, nose, leftOfMouth, rightOfMouth].map(({ x, y }) => `${x} ${y}`);
      await keep(`loose_crop/${image}`, picture);
      media.push(`${image} ${10 * index + shot} ${100 + index}`);
      points.push(`${image} ${five.join(' ')} 0.99`);
    }
  await signals.close();
  await keep('loose_crop/broken.jpg', '%PDF-1.7');
  await keep('meta/ijbc_face_tid_mid.txt', [...media, 'broken.jpg 99 999'].join('\n'));
  const straight = '30 40 60 40 45 55 35 70 55 70';
  await keep('meta/ijbc_name_5pts_score.txt', [...points, `broken.jpg ${straight} 0.1`].join('\n'));
  const others = Array.from({ length: 15 }, () => ['0 11 0', '10 21 0']).flat();
  const pairs = ['0 1 1', '10 11 1', '20 21 1', '0 99 1', ...others];
  await keep('meta/ijbc_template_pair_label.txt', pairs.join('\n'));
  const printed = await run('ijbc-1-1');
  expect(printed?.value).toMatchObject({
    ...{ genuine: 4, impostor: 30, recordings: 7, failuresToAcquire: 1 },
    failureCodes: { image_unreadable: 1 },
    // The template without a picture is of the person whom it is compared with.
    people: 3,
  });
  // Too few impostors for all levels but one; the template that could not be made is missed there.
  expect(printed?.value).toMatchObject({
    figures: [
      ...['1e-5', '1e-4', '1e-3', '1e-2'].map((far) => ({ figure: `TAR at FAR ${far}`, value: null })),
      { figure: 'TAR at FAR 1e-1', value: 0.75 },
    ],
  });
});

test('attacks on single utterances are not scored here', async () => {
  const protocol = ['D_0062 D_1 F - - - AC1 A11 spoof -', 'D_0106 D_2 M - - - - bonafide bonafide -'];
  await keep('ASVspoof5.dev.track_1.tsv', protocol.join('\n'));
  await expect(run('asvspoof5-track1-dev')).rejects.toMatchObject({ code: 'scores_missing' });
  await keep('scores.tsv', 'filename\tcm-score\nD_1\t-2\nD_2\t3\n');
  const printed = await run('asvspoof5-track1-dev', { scores: join(root, 'scores.tsv') });
  expect(printed?.value).toMatchObject({
    ...{ genuine: 1, impostor: 1, model: null, scores: 'scores.tsv' },
    figures: [
      { figure: 'minDCF', value: 0 },
      { figure: 'actDCF', value: 0 },
      {},
      { figure: 'EER', value: 0 },
    ],
  });
  const missing = run('asvspoof5-track1-dev', { scores: join(root, 'nowhere.tsv') });
  await expect(missing).rejects.toMatchObject({ code: 'list_missing' });
});

test('a protocol that is none, and a list that is not there, are told', async () => {
  await expect(run('lfw')).rejects.toThrow('There is no protocol lfw');
  await expect(run('lfw-view2')).rejects.toMatchObject({ code: 'list_missing' });
  await expect(run('voxceleb1-o-cleaned', { scores: 'scores.tsv' })).rejects.toMatchObject({
    code: 'scores_not_wanted',
  });
});
