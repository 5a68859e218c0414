import { expect, test } from 'vitest';
import { type Counts, logLikelihoodRatio, REFERENCE, straightLine } from './evidence-map.ts';
import { effectiveCount, fitAveraging, fitMap, refitted } from './fit-map.ts';
import { scatteredPeople } from './test-sides.test-support.ts';
import { scoresOf, verifications } from './trials.ts';

/** Normal deviates, always the same: the quantiles of the distribution. */
function normal(count: number, mean: number, deviation: number): number[] {
  const uniform = (index: number) => (index + 0.5) / count;
  // Logistic approximation of the normal quantile function, good to a percent.
  return Array.from({ length: count }, (_, index) => {
    const p = uniform(index);
    return mean + deviation * (Math.log(p / (1 - p)) / 1.702);
  });
}

const parent = { map: straightLine({ slope: 30, offset: -18 }, { limit: 8 }), threshold: 3 };
const corpus = (scatter: number, seconds = 3) => ({
  trials: verifications(scatteredPeople(12, { scatter, seconds }), REFERENCE),
  share: 1,
});

test('few trials hardly move the map of the parent, many do', () => {
  const few = refitted(parent, { genuine: [2], impostor: [1] });
  expect(few.map.parts[0]?.slope).toBeCloseTo(30, 0);
  const many = refitted(parent, { genuine: normal(500, 3, 1), impostor: normal(5000, -9, 3) });
  expect(many.map.parts[0]?.slope).not.toBeCloseTo(30, 0);
});

test('a refitted map keeps its threshold at the same comparisons', () => {
  const scores = { genuine: normal(500, 4, 1), impostor: normal(5000, -3, 2) };
  const { map, threshold } = refitted(parent, scores);
  const gain = map.parts[0]!.slope / 30;
  const bias = map.offset - gain * parent.map.offset;
  expect(threshold).toBeCloseTo(gain * 3 + bias, 9);
});

test('a map that would turn evidence upside down is refused', () => {
  expect(refitted(parent, { genuine: [-4, -3], impostor: [3, 4, 5] }).map.parts[0]?.slope).toBeGreaterThan(0);
  expect(refitted(parent, { genuine: [], impostor: [1] })).toEqual(parent);
  expect(() => fitMap([], {})).toThrow('needs genuine and impostor scores');
});

test('people are told from each other in corpora of any scatter by one map', () => {
  const [close, wide] = [corpus(0.3), corpus(1.2)];
  const map = fitMap([close, wide], { beside: { coherence: { least: 0, most: 1 } } });
  expect(map.beside?.coherence?.slope, 'who is alike each time has to be alike').toBeLessThan(0);
  expect(map.beside?.coherence?.unknown).toBe(1);
  for (const { trials } of [close, wide]) {
    const { genuine, impostor } = scoresOf(map, trials);
    const median = (values: readonly number[]) =>
      [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    expect(median(genuine)).toBeGreaterThan(1);
    expect(median(impostor)).toBeLessThan(-1);
  }
});

test.each([
  ['one network', {}],
  ['two networks', { widths: [8, 8] }],
])('the ratio of %s stays where the errors are, however many recordings are enrolled', (_, shape) => {
  const people = scatteredPeople(30, { scatter: 1.4, recordings: 8 });
  const at = (counts: Counts) => ({ trials: verifications(people, counts), share: 1 });
  const map = fitMap([at(REFERENCE)], shape);
  const counted = [{ enrol: 1, probe: 1 }, { enrol: 2, probe: 1 }, REFERENCE, { enrol: 3, probe: 2 }];
  const measured = fitAveraging(
    map,
    counted.map((counts) => ({ counts, corpora: [at(counts)] })),
  );
  const averaged = { ...map, averaging: { ...measured, coherence: 0.5 } };
  const falseMatches = (counts: Counts) => {
    const { impostor } = scoresOf(averaged, at(counts).trials);
    return (
      impostor.filter((score) => logLikelihoodRatio(averaged, score, counts) > 0).length / impostor.length
    );
  };
  for (const counts of counted) {
    expect(falseMatches(counts)).toBeGreaterThan(falseMatches(REFERENCE) / 2);
    expect(falseMatches(counts)).toBeLessThan(falseMatches(REFERENCE) * 2 + 0.02);
  }
});

test('averaging is measured against the counts that maps are fitted at', () => {
  const map = straightLine({ slope: 30, offset: -18 }, { limit: 8 });
  expect(() => fitAveraging(map, [{ counts: { enrol: 1, probe: 1 }, corpora: [corpus(1)] }])).toThrow(
    'counts',
  );
});

test('the frames of a burst count as one recording, photographs of other days as several', () => {
  const averaging = { shift: 0, stretch: 0, coherence: 0.95 };
  const map = straightLine({ slope: 250, offset: -232.5 }, { limit: 8, averaging });
  expect(effectiveCount(map, 2, 1)).toBeCloseTo(1, 3);
  expect(effectiveCount(map, 2, 0.995)).toBeLessThan(1.1);
  expect(effectiveCount(map, 2, 0.95)).toBeCloseTo(2, 3);
  expect(effectiveCount(map, 2, 0.5)).toBeCloseTo(2, 3);
  expect(effectiveCount(map, 1, null)).toBe(1);
});
