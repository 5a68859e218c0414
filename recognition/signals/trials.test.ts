import { expect, test } from 'vitest';
import { verificationScores } from './trials.ts';

const east = Float32Array.of(1, 0);
const north = Float32Array.of(0, 1);

test('everyone is compared with himself and with everyone else, in turns', () => {
  const people = new Map([
    ['ada', [east, east, east, east]],
    ['ben', [north, north, north]],
  ]);
  const { genuine, impostor } = verificationScores(people, { enrol: 3, probe: 1 });
  expect(genuine).toEqual([1, 1, 1, 1, 1, 1, 1]);
  expect(impostor).toEqual([0, 0, 0, 0, 0, 0]);
});

test('a person with a single recording takes no part', () => {
  const people = new Map([
    ['ada', [east, east]],
    ['ben', [north]],
  ]);
  expect(verificationScores(people, { enrol: 3, probe: 2 })).toEqual({ genuine: [1, 1], impostor: [] });
});
