import { expect, it } from 'vitest';
import { evidenceOfWrongShares } from './sample-ratio.ts';

it('is 1 in the mean where people are shared out as they should be', () => {
  const share = 0.2;
  const people = 30;
  let mean = 0;
  for (
    let treated = 0, ways = 1;
    treated <= people;
    ways = (ways * (people - treated)) / (treated + 1), treated++
  )
    mean +=
      ways *
      share ** treated *
      (1 - share) ** (people - treated) *
      Math.exp(evidenceOfWrongShares([people - treated, treated], share));
  expect(mean).toBeCloseTo(1, 9);
});

it('notices an assignment that is broken, and none that is not', () => {
  const level = -Math.log(0.001);
  expect(evidenceOfWrongShares([180, 120], 0.5)).toBeLessThan(level);
  expect(evidenceOfWrongShares([500, 300], 0.5)).toBeGreaterThan(level);
  expect(evidenceOfWrongShares([5000, 5000], 0.5)).toBeLessThan(0);
  expect(evidenceOfWrongShares([990, 60], 0.01)).toBeGreaterThan(level);
});
