import { digestOf } from '@visavox/core/digest';
import { expect, test } from 'vitest';
import { splitOf } from '../people-split.ts';
import { judged, unseenToJudge } from './judged.ts';

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

test('nobody is judged on under a network that was just fine-tuned to them', () => {
  const person = (id: string, heard: boolean) => ({
    ...{ person: id, identity: id, heard },
    ...{ group: '0/0', face: [], voice: [] },
  });
  const learned = people.filter((one) => splitOf(one) !== 'evaluation').slice(0, 4);
  const few = [...held.slice(0, 3), ...learned].map((one, index) => person(one, index > 4));
  expect(judged(few).map((one) => one.person)).toEqual([...held.slice(0, 3), ...learned.slice(0, 2)]);
});
