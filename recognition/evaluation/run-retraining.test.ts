import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networksFolder } from '../setup-folder.ts';
import { syntheticPerson } from '../synthetic/person.ts';
import { printedBy } from './printed-by.test-support.ts';
import { runRetraining } from './run-retraining.ts';

const people = [0, 1, 2, 3].map((index) => syntheticPerson(9, index));
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-halves-'));
  const keep = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  };
  for (const [index, person] of people.entries()) {
    for (const shot of [0, 1]) await keep(`faces/p${index}/${shot}.jpg`, await person.face(shot));
    for (const take of [0, 1, 2, 3])
      await keep(`voices/v${index}/${take}.wav`, person.utterance('4719', take));
  }
  const each = <T>(make: (claimed: number, claimant: number) => T) =>
    people.flatMap((_, claimed) => people.map((_other, claimant) => make(claimed, claimant)));
  await keep(
    'pairs.csv',
    `a,b,same\n${each((a, b) => `faces/p${a}/0.jpg,faces/p${b}/1.jpg,${Number(a === b)}`).join('\n')}\n`,
  );
  const enrolled = (v: number) => [0, 1, 2].map((take) => `voices/v${v}/${take}.wav`).join(',');
  await keep(
    'trials.csv',
    `trial,enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,same\n${each(
      (a, b) => `t${a}${b},v${a},v${b},${enrolled(a)},voices/v${b}/3.wav,${Number(a === b)}`,
    ).join('\n')}\n`,
  );
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

test('half of the people is learned from, the other half is reported on, before and after', async () => {
  const options = {
    ...{ faces: join(root, 'pairs.csv'), voices: join(root, 'trials.csv'), root },
    ...{ networks: networksFolder(), seed: 1, cache: false, impostors: 100 },
  };
  const printed = await printedBy((context) => runRetraining(options, context));
  // Of two people there are two comparisons of each kind, and no others to draw.
  const counted = { genuine: 2, impostor: 2 };
  expect(printed[0]?.value).toMatchObject({
    people: { learned: { faces: 2, voices: 2 }, reported: { faces: 2, voices: 2 } },
    heads: {
      face: { kept: true, people: 2, recordings: 4, copies: 8 },
      voice: { kept: true, people: 2, recordings: 8, copies: 16 },
    },
    before: { faces: counted, voices: counted },
    after: { faces: counted, voices: counted },
    changes: [],
  });
  expect(printed[0]?.human).toMatch(/the champion's head stays/);
}, 120_000);
