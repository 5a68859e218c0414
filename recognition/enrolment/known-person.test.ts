import { expect, test } from 'vitest';
import { Random } from '../synthetic/random.ts';
import { chanceLikeness, isKnownPerson } from './known-person.ts';

const few = { people: 20, chance: null };

test('among few, a clear face is enough, and a voice helps a face that is less clear', () => {
  expect(isKnownPerson({ cosine: 0.98, face: 6.5, voice: -2 }, few)).toBe(true);
  expect(isKnownPerson({ cosine: 0.95, face: 3, voice: 0 }, few)).toBe(false);
  expect(isKnownPerson({ cosine: 0.95, face: 3, voice: 4.5 }, few)).toBe(true);
  expect(isKnownPerson({ cosine: 0.9, face: 0, voice: 20 }, few)).toBe(false);
});

test('the more people there are, the more has to be said', () => {
  const resemblance = { cosine: 0.95, face: 3, voice: 2.5 };
  expect(isKnownPerson(resemblance, { people: 3, chance: null })).toBe(true);
  expect(isKnownPerson(resemblance, { people: 150, chance: null })).toBe(false);
});

test('among many, what chance makes of their own faces decides, whatever the ratios say', () => {
  const among = { people: 1000, chance: { oneInAHundred: 0.96, oneInTen: 0.95 } };
  expect(isKnownPerson({ cosine: 0.961, face: 0, voice: -3 }, among)).toBe(true);
  expect(isKnownPerson({ cosine: 0.955, face: 6.6, voice: 0 }, among)).toBe(false);
  expect(isKnownPerson({ cosine: 0.955, face: 6.6, voice: 3 }, among)).toBe(true);
  expect(isKnownPerson({ cosine: 0.94, face: 6.6, voice: 5 }, among)).toBe(false);
});

test('one newcomer in a hundred is as alike as is told, also where some are enrolled twice', () => {
  const random = new Random('chance');
  const nearest = () => random.normal(0.94, 0.009);
  const sample = Array.from({ length: 400 }, nearest);
  const twins = Array.from({ length: 12 }, () => 0.999);
  const { oneInAHundred, oneInTen } = chanceLikeness([...sample, ...twins]);
  const others = Array.from({ length: 20_000 }, nearest);
  const share = (limit: number) => others.filter((cosine) => cosine >= limit).length / others.length;
  expect(share(oneInAHundred)).toBeGreaterThan(0.003);
  expect(share(oneInAHundred)).toBeLessThan(0.02);
  expect(share(oneInTen)).toBeGreaterThan(0.05);
  expect(share(oneInTen)).toBeLessThan(0.16);
});
