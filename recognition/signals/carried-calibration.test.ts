import { expect, it } from 'vitest';
import { carriedOver } from './carried-calibration.ts';
import { logLikelihoodRatio, straightLine } from './evidence-map.ts';

const ruled = {
  map: straightLine(
    { slope: 90, offset: -80 },
    { limit: 9, averaging: { shift: 1.8, stretch: 0.36, coherence: 0.9 } },
  ),
  threshold: 2.5,
};
const before = { genuine: [3.7, 5.5], impostor: [-8, -6.2] };

it('says of another head what it said of the first one, with the threshold where it was', () => {
  const other = (score: number) => 0.5 * score - 3;
  const after = { genuine: before.genuine.map(other), impostor: before.impostor.map(other) };
  const { map, threshold } = carriedOver(ruled, before, after);
  expect(threshold).toBe(2.5);
  // The same comparison has a lower cosine under the other head: its score under the first map.
  const gain = map.parts[0]!.slope / 90;
  const bias = map.offset - gain * ruled.map.offset;
  for (const score of [-4, 0, 3])
    expect(logLikelihoodRatio(map, gain * other(score) + bias)).toBeCloseTo(
      logLikelihoodRatio(ruled.map, score),
      6,
    );
});

it('leaves a map as it is where there is nothing to compare, and for the same head', () => {
  expect(carriedOver(ruled, { genuine: [], impostor: [] }, before)).toBe(ruled);
  expect(carriedOver(ruled, before, before).map.parts[0]?.slope).toBeCloseTo(90);
});
