import { expect, test } from 'vitest';
import type { TemplateFace } from './ijb-c.ts';
import { portionsOf, templatesOf } from './templates.ts';

const ZERO = [0, 0] as const;
const face = (template: number, medium: number): TemplateFace => ({
  ...{ image: `${template}-${medium}.jpg`, template, medium },
  points: [ZERO, ZERO, ZERO, ZERO, ZERO],
});
const side = (...numbers: number[]) => ({
  direction: Float32Array.from(numbers),
  ...{ coherence: null, seconds: null, quality: 1 },
});

test('a medium counts once, however many frames it has', () => {
  const faces = [face(1, 10), face(1, 20), face(1, 20), face(1, 20)];
  const templates = templatesOf(faces, {
    sides: [side(1, 0, 0), side(0, 1, 0), side(0, 1, 0), side(0, 0, 1)],
  });
  // (1, 0, 0) + (0, 2/3, 1/3), at unit length.
  const length = Math.sqrt(1 + 4 / 9 + 1 / 9);
  const expected = [1 / length, 2 / 3 / length, 1 / 3 / length].map((value) => expect.closeTo(value, 6));
  expect([...(templates.get(1)?.direction ?? [])]).toEqual(expected);
});

test('a face that could not be used is left out of its template, and a template of such faces is none', () => {
  const templates = templatesOf([face(1, 10), face(1, 20), face(2, 30)], {
    sides: [side(1, 0), undefined, undefined],
  });
  expect([...(templates.get(1)?.direction ?? [])]).toEqual([1, 0]);
  expect(templates.has(2)).toBe(false);
});

test('templates are not torn apart by portions', () => {
  const faces = Array.from({ length: 6000 }, (_, index) => face(index % 3, index));
  const portions = [...portionsOf(faces)];
  expect(portions.map((portion) => portion.length)).toEqual([4000, 2000]);
});
