import { expect, test } from 'vitest';
import { itemsIn, trialsWithout } from './trials.ts';
import { readVoxCelebTrials } from './voxceleb.ts';

const list = (...lines: string[]) => ({ name: 'veri_test2.txt', lines });
const [own, again, other] = [
  'id10270/x6uYqmx31kE/00001.wav',
  'id10270/8jEAjG6SegY/00008.wav',
  'id10300/ize_eiCFEg0/00003.wav',
];
const trials = () => readVoxCelebTrials(list(`1 ${own} ${again}`, `0 ${own} ${other}`, ''));

test('the first folder is the speaker', async () => {
  const { items, people, same } = await trials();
  expect(items).toEqual([own, again, other]);
  expect([...people]).toEqual([0, 0, 1]);
  expect([...same]).toEqual([1, 0]);
});

test('without a recording, trials that need it are gone, and what only they needed', async () => {
  const left = trialsWithout(await trials(), new Set([again]));
  expect([...left.same]).toEqual([0]);
  expect(itemsIn(left)).toEqual([own, other]);
});

test('a line of something else is told with its number', async () => {
  await expect(readVoxCelebTrials(list(`1 ${own} ${again}`, `${own} ${other}`))).rejects.toThrow('line 2');
});
