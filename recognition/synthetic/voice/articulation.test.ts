import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { articulate, type SpokenSound } from './articulation.ts';

const habit = { strength: 1, rounding: 1, parted: 0, ahead: 0 };
const pause: SpokenSound = { name: 'pause', milliseconds: 300 };
const said = (...sounds: SpokenSound[]) =>
  articulate([pause, ...sounds, pause], habit, new Random('articulation test'));
const most = (values: readonly number[]) => Math.max(...values);

test('the mouth is closed in pauses and wide open in open vowels', () => {
  const shapes = said({ name: 'N', milliseconds: 90 }, { name: 'AY', milliseconds: 200 });
  expect(shapes[0]?.open).toBeCloseTo(0, 2);
  expect(shapes.at(-1)?.open).toBeCloseTo(0, 2);
  expect(most(shapes.map(({ open }) => open))).toBeGreaterThan(0.6);
});

test('lips are drawn together for "two", and the lower one goes under the teeth for "f"', () => {
  const two = said({ name: 'T', milliseconds: 60 }, { name: 'UW2', milliseconds: 200 });
  expect(most(two.map(({ spread }) => -spread))).toBeGreaterThan(0.7);
  const four = said({ name: 'F', milliseconds: 100 }, { name: 'AO', milliseconds: 200 });
  expect(most(four.map(({ tuck }) => tuck))).toBeGreaterThan(0.8);
  expect(most(two.map(({ tuck }) => tuck))).toBe(0);
});

test('a sound that insists on little takes the shape of its neighbours', () => {
  const k = { name: 'K', milliseconds: 40 };
  const beside = (vowel: string) => {
    const shapes = said({ name: vowel, milliseconds: 150 }, k, { name: vowel, milliseconds: 150 });
    return shapes[Math.floor((300 + 170) / 5)]?.spread ?? 0;
  };
  expect(beside('IY')).toBeGreaterThan(0.4);
  expect(beside('UW')).toBeLessThan(-0.4);
});
