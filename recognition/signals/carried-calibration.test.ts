import { expect, it } from 'vitest';
import { logLikelihoodRatio } from './calibration.ts';
import { carriedOver } from './carried-calibration.ts';

const map = {
  slope: 90,
  offset: -80,
  limit: 9,
  averaging: { zero: 0.02, width: 0.004, coherence: 0.9 },
};
const before = { genuine: [0.93, 0.95], impostor: [0.8, 0.82] };

it('says of another head what it said of the first one', () => {
  const other = (score: number) => 4 * score - 3.3;
  const after = { genuine: before.genuine.map(other), impostor: before.impostor.map(other) };
  const carried = carriedOver(map, before, after);
  for (const counts of [
    { enrol: 3, probe: 1 },
    { enrol: 1, probe: 1 },
  ])
    for (const score of [0.85, 0.9])
      expect(logLikelihoodRatio(carried, other(score), counts)).toBeCloseTo(
        logLikelihoodRatio(map, score, counts),
        6,
      );
});

it('leaves a map as it is where there is nothing to compare, and for the same head', () => {
  expect(carriedOver(map, { genuine: [], impostor: [] }, before)).toBe(map);
  expect(carriedOver(map, before, before).slope).toBeCloseTo(map.slope);
});
