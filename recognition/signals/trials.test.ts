import { expect, test } from 'vitest';
import { straightLine } from './evidence-map.ts';
import type { EmbeddedRecording } from './sides.ts';
import { scoresOf, verifications } from './trials.ts';

const cosine = straightLine({ slope: 1, offset: 0 }, { limit: 9 });
const east = (count: number): EmbeddedRecording[] =>
  Array.from({ length: count }, () => ({ vector: Float32Array.of(1, 0), seconds: 2 }));
const north = (count: number): EmbeddedRecording[] =>
  Array.from({ length: count }, () => ({ vector: Float32Array.of(0, 1), seconds: 3 }));

test('everyone is compared with himself and with everyone else, in turns', () => {
  const people = new Map([
    ['ada', east(4)],
    ['ben', north(3)],
  ]);
  const trials = verifications(people, { enrol: 3, probe: 1 });
  const { genuine, impostor } = scoresOf(cosine, trials);
  expect(genuine).toEqual([1, 1, 1, 1, 1, 1, 1]);
  expect(impostor).toEqual([0, 0, 0, 0, 0, 0]);
  expect(trials.genuine[0]).toMatchObject({ enrolled: { seconds: 6, coherence: 1 }, probe: { seconds: 2 } });
});

test('a second try is another recording, where there is one', () => {
  const trials = verifications(new Map([['ada', east(5)]]), { enrol: 3, probe: 1 });
  expect(trials.genuine[0]?.together).toMatchObject({ seconds: 4, coherence: 1 });
  expect(verifications(new Map([['ada', east(4)]]), { enrol: 3, probe: 1 }).genuine[0]?.together).toBeNull();
});

test('of few people every template is compared with every probe', () => {
  const people = new Map([
    ['ada', east(6)],
    ['ben', north(6)],
  ]);
  const trials = verifications(people, { enrol: 3, probe: 1, turns: 4, everyProbe: true });
  expect([trials.genuine.length, trials.impostor.length]).toEqual([2 * 4 * 3, 2 * 4 * 4]);
});

test('a person with a single recording takes no part', () => {
  const people = new Map([
    ['ada', east(2)],
    ['ben', north(1)],
  ]);
  const { genuine, impostor } = verifications(people, { enrol: 3, probe: 2 });
  expect([genuine.length, impostor.length]).toEqual([2, 0]);
});
