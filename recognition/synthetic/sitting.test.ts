import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedBundle } from '../bundle.ts';
import { networksFolder } from '../setup-folder.ts';
import { answerEvidence } from '../signals/challenge-answer.ts';
import { challengeFaults } from '../signals/challenge-evidence.ts';
import { Signals } from '../signals/signals.ts';
import { syntheticPerson } from './person.ts';
import { PictureFolder } from './picture-store.ts';
import { type FilmedAnswer, Sitting } from './sitting.ts';

const ada = syntheticPerson(31_000, 7);
const every = { before: 320, during: 160 };
let signals: Signals;
let folder: string;
beforeAll(async () => {
  signals = await Signals.load((await publishedBundle(networksFolder())).files);
  folder = await mkdtemp(join(tmpdir(), 'visavox-sitting-'));
});
afterAll(async () => {
  await signals.close();
  await rm(folder, { recursive: true });
});

async function faultsOf(film: FilmedAnswer, asked: { digits: string; turn: 'left' | 'right' | null }) {
  const voice = await signals.captureVoice(film.voice);
  const faces = await signals.followFace(film.frames);
  const seen = film.times.flatMap((time, index) => {
    const face = faces[index];
    return face ? [{ ...face, at: time / 1000 - voice.startSeconds }] : [];
  });
  expect(seen).toHaveLength(film.frames.length);
  const sounds = await signals.hear(voice);
  return challengeFaults(answerEvidence({ sounds, seen, words: null }, asked).evidence);
}

describe('somebody before a camera', () => {
  test('turns the head as asked and moves the lips as speech does', async () => {
    const film = await new Sitting(ada, 1, { every }).answer('7293', { turn: 'right', take: 1 });
    expect(film.times).toEqual([...film.times].sort((a, b) => a - b));
    expect(await faultsOf(film, { digits: '7293', turn: 'right' })).toEqual([]);
    expect(await faultsOf(film, { digits: '7293', turn: 'left' })).toEqual(['head_not_turned']);
  });

  test('does so a little differently each time, and equal takes are equal', async () => {
    const say = (take: number) => new Sitting(ada, 1, { every }).answer('4', { turn: null, take });
    const [one, again, other] = [await say(1), await say(1), await say(2)];
    expect(one).toEqual(again);
    expect(one.times).not.toEqual(other.times);
    expect(one.voice).not.toEqual(other.voice);
  });

  test('turns to both sides, one after the other', async () => {
    const { frames, times } = await new Sitting(ada, 2, { every }).turns(['right', 'left'], { take: 1 });
    expect(times[0]).toBe(0);
    const yaws = (await signals.followFace(frames)).map((face) => ((face?.yaw ?? 0) * 180) / Math.PI);
    const [right, left] = [yaws.indexOf(Math.min(...yaws)), yaws.indexOf(Math.max(...yaws))];
    expect(right).toBeLessThan(left);
    expect(yaws[right]).toBeLessThan(-15);
    expect(yaws[left]).toBeGreaterThan(15);
  });
});

describe('looks that are kept', () => {
  test('make films of which no two pictures are the same, and that pass as well', async () => {
    const sitting = new Sitting(ada, 1, { every, pictures: new PictureFolder(folder) });
    const films = [
      await sitting.answer('7293', { turn: 'right', take: 1 }),
      await sitting.answer('7293', { turn: 'right', take: 2 }),
    ];
    const digests = films.flatMap(({ frames }) => frames.map((frame) => digestOf(frame)));
    expect(new Set(digests).size).toBe(digests.length);
    expect((await readdir(folder)).length).toBeLessThan(digests.length);
    for (const film of films) expect(await faultsOf(film, { digits: '7293', turn: 'right' })).toEqual([]);
  });

  test('are rendered once, by whoever needs them first', async () => {
    const data = new Uint8Array(12).fill(128);
    let rendered = 0;
    const render = () => {
      rendered++;
      return { width: 2, height: 2, data };
    };
    const [store, elsewhere] = [new PictureFolder(folder), new PictureFolder(folder)];
    const first = await store.picture('somebody', render);
    const second = await elsewhere.picture('somebody', render);
    expect(rendered).toBe(1);
    expect({ ...second, data: [...second.data] }).toEqual({ ...first, data: [...first.data] });
  });
});
