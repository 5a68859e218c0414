import { digestOf } from '@visavox/core/digest';
import { expect, test } from 'vitest';
import { splitOf } from '../people-split.ts';
import { unseenToJudge } from './judged.ts';

const people = Array.from({ length: 2000 }, (_, index) => `person-${index}`);
const held = people.filter((person) => splitOf(person) === 'evaluation');
const item = (person: string, modality: string) => ({
  digest: digestOf(`${modality} of ${person}`),
  labels: { person, modality },
});

test('of a large population as many are judged on as say something new, with a face and a voice each', () => {
  const items = people.flatMap((person) => [item(person, 'face'), item(person, 'voice')]);
  const unseen = unseenToJudge(items);
  expect(held.length).toBeGreaterThan(400);
  expect(unseen.size).toBe(120);
  for (const person of unseen) expect(splitOf(person)).toBe('evaluation');
});

test('of a small one all, but for who has no voice', () => {
  const [first = '', ...others] = held.slice(0, 5);
  const items = [...others.flatMap((one) => [item(one, 'face'), item(one, 'voice')]), item(first, 'face')];
  expect(unseenToJudge(items)).toEqual(new Set(others));
});
