import { expect, test } from 'vitest';
import { type EvidenceMap, logLikelihoodRatio, rescaled, scoreOf, straightLine } from './evidence-map.ts';
import type { Side } from './sides.ts';

/** A side in a plane: `degrees` away from the first axis, in each of the networks' parts. */
function side(degrees: readonly number[], { coherence = 0.8, seconds = 3 }: Partial<Side> = {}): Side {
  const direction = degrees.flatMap((angle) => [
    Math.cos((angle * Math.PI) / 180),
    Math.sin((angle * Math.PI) / 180),
  ]);
  return { direction: Float32Array.from(direction), coherence, seconds };
}

const map: EvidenceMap = {
  parts: [
    { width: 2, slope: 10 },
    { width: 2, slope: 20 },
  ],
  offset: -20,
  beside: {
    coherence: { slope: -5, least: 0.5, most: 0.95, unknown: 0.95 },
    probeSeconds: { slope: -2, least: 0, most: Math.log(6), unknown: Math.log(6) },
  },
  limit: 8,
};

test('the cosine of each network counts by its own slope', () => {
  const beside = -5 * 0.8 - 2 * Math.log(3);
  expect(scoreOf(map, side([0, 0]), side([0, 0]))).toBeCloseTo(10 + 20 - 20 + beside, 5);
  expect(scoreOf(map, side([0, 0]), side([60, 0]))).toBeCloseTo(5 + 20 - 20 + beside, 5);
  expect(scoreOf(map, side([0, 0]), side([0, 60]))).toBeCloseTo(10 + 10 - 20 + beside, 5);
});

test('what came in clear is compared with the recordings alone, all else with their copies too', () => {
  const enrolled = { ...side([0, 0]), alone: side([40, 40]).direction };
  const score = (takenWorse?: boolean) => scoreOf(map, enrolled, { ...side([40, 40]), takenWorse });
  const plain = (degrees: number) => scoreOf(map, side([degrees, degrees]), side([40, 40]));
  expect(score(false)).toBe(plain(40));
  expect(score(true)).toBe(plain(0));
  expect(score(), 'nobody said how it came').toBe(plain(0));
  expect(scoreOf(map, side([0, 0]), { ...side([40, 40]), takenWorse: false }), 'no copies').toBe(plain(0));
});

test('who sounds the same each time, and whoever is heard for longer, has to be nearer', () => {
  const score = (enrolled: Partial<Side>, probe: Partial<Side>) =>
    scoreOf(map, side([0, 0], enrolled), side([20, 20], probe));
  expect(score({ coherence: 0.9 }, {})).toBeLessThan(score({ coherence: 0.6 }, {}));
  expect(score({}, { seconds: 5 })).toBeLessThan(score({}, { seconds: 2 }));
  expect(score({}, { seconds: 60 }), 'not measured beyond').toBe(score({}, { seconds: 6 }));
});

test('what is not known lets nobody in who would not get in otherwise', () => {
  const enrolled = { ...side([0, 0]), coherence: null, seconds: null };
  const probe = { ...side([20, 20]), seconds: null };
  for (const coherence of [0.5, 0.8, 0.95])
    for (const seconds of [1, 3, 6])
      expect(scoreOf(map, enrolled, probe)).toBeLessThanOrEqual(
        scoreOf(map, side([0, 0], { coherence }), side([20, 20], { seconds })) + 1e-9,
      );
});

test('a ratio says no more than its limits, and against the person less than for it', () => {
  const line = straightLine({ slope: 30, offset: -18 }, { limit: 8, against: 2 });
  const ratio = (cosine: number) => logLikelihoodRatio(line, 30 * cosine - 18);
  expect([ratio(0), ratio(0.65), ratio(1)]).toEqual([-2, expect.closeTo(1.5, 9), 8]);
});

test('a poor recording says less, for the person and against, and good ones say all', () => {
  const line = straightLine({ slope: 30, offset: -18 }, { limit: 8 });
  const ratio = (score: number, quality: number) => logLikelihoodRatio(line, score, undefined, quality);
  expect([1, 0.5, 0.25, 0].map((quality) => ratio(6, quality))).toEqual([6, 6, 3, 0]);
  expect(ratio(-6, 0.25)).toBeCloseTo(-3, 9);
});

test('a mean of more recordings has to be nearer to say the same', () => {
  const averaging = { shift: -7.5, stretch: 0.5, coherence: 0.95 };
  const line = straightLine({ slope: 250, offset: -232.5 }, { limit: 8, averaging });
  const [one, two] = [
    { enrol: 3, probe: 1 },
    { enrol: 3, probe: 2 },
  ];
  expect(logLikelihoodRatio(line, 0, one)).toBe(0);
  expect(logLikelihoodRatio(line, 3.75, two)).toBeCloseTo(0, 9);
});

test('a map on another scale orders comparisons as before', () => {
  const other = rescaled(map, { gain: 2, bias: 3 });
  const [near, far] = [side([10, 10]), side([40, 30], { seconds: 1.5 })];
  for (const probe of [near, far])
    expect(scoreOf(other, side([0, 0]), probe)).toBeCloseTo(2 * scoreOf(map, side([0, 0]), probe) + 3, 5);
});
