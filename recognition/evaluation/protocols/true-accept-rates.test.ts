import { expect, test } from 'vitest';
import { trueAcceptRate } from './true-accept-rates.ts';

const impostor = Float32Array.from({ length: 300 }, (_, index) => index);

test('what scores above the best impostor that must be refused is accepted', () => {
  // Three of 300 may pass at 1e-2: 297, 298 and 299.
  expect(trueAcceptRate(Float32Array.of(100, 296, 297, 400), impostor, 1e-2)).toEqual({
    ...{ far: 1e-2, refused: 296, tar: 0.5 },
  });
});

test('a template that could not be made is not accepted', () => {
  expect(trueAcceptRate(Float32Array.of(-Infinity, 400), impostor, 1e-1)?.tar).toBe(0.5);
});

test('a rate that too few impostors stand behind is not given', () => {
  expect(trueAcceptRate(Float32Array.of(400), impostor, 1e-3)).toBeNull();
  expect(trueAcceptRate(new Float32Array(), impostor, 1e-2)).toBeNull();
});
