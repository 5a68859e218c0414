import { expect, test } from 'vitest';
import { operatingPoint, promises } from './evidence.ts';

const ramp = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));

test('a promise is checked only where enough impostors were compared', () => {
  const kept = promises({ genuine: ramp(100, 2, 12), impostor: ramp(400, -10, 4) });
  expect(kept['1e-3']).toBeNull();
  expect(kept['1e-4']).toBeNull();
  expect(kept['1e-2']?.threshold).toBeCloseTo(Math.log(100), 9);
  expect(kept['1e-2']).toMatchObject({ fmr: 0, fnmr: 0.26 });
  const [low, high] = kept['1e-2']?.fmrInterval ?? [1, 0];
  expect(low).toBe(0);
  expect(high).toBeGreaterThan(0.005);
});

test('what could not be compared never matches', () => {
  const point = operatingPoint({ genuine: [-Infinity, 3], impostor: [-Infinity, -1] }, 0);
  expect(point).toMatchObject({ fmr: 0, fnmr: 0.5 });
});
