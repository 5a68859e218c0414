import {
  type Counts,
  type EvidenceMap,
  REFERENCE,
  rescaled,
  SIDE_TERMS,
  type SideTerm,
  type SideTermName,
  scoreOf,
} from './evidence-map.ts';
import { type Example, fitLogOdds, PRIOR, PRIOR_LOG_ODDS } from './logistic-regression.ts';
import { comparedWith, type Side } from './sides.ts';
import type { Known, ScoreSet, Trial } from './trials.ts';
import { cosineOf } from './vectors.ts';

/** A map with the threshold that one modality's ratios have to reach. */
export interface RuledMap {
  readonly map: EvidenceMap;
  readonly threshold: number;
}

/** The parent's map weighs as much as this many trials, so that a few people cannot turn it over. */
const PARENT_TRIALS = 100;

/**
 * Refits a map to scores that it gave itself: logistic regression of genuine against impostor scores, both classes weighted
 * to {@link PRIOR} (Brümmer and du Preez, 2006), together with {@link PARENT_TRIALS} trials that say what the map says.
 * What the map says of bands, seconds and the like keeps its proportions: a few people cannot say more than how much all of it
 * is worth. The threshold stays where it was among comparisons.
 */
export function refitted({ map, threshold }: RuledMap, scores: ScoreSet): RuledMap {
  const fewest = Math.min(scores.genuine.length, scores.impostor.length);
  if (fewest === 0) return { map, threshold };
  const share = fewest / (fewest + PARENT_TRIALS);
  const { slopes, offset } = fitLogOdds([...weighted(scores, share), ...whatItSays(1 - share)]);
  const [gain = 0] = slopes;
  if (!(gain > 0)) return { map, threshold };
  const limit = Math.max(map.limit, Math.log(fewest + 1));
  return {
    map: { ...rescaled(map, { gain, bias: offset }), limit },
    threshold: gain * threshold + offset,
  };
}

function weighted({ genuine, impostor }: ScoreSet, share: number): Example[] {
  const of = (scores: readonly number[], is: 0 | 1, weight: number) =>
    scores.map((score) => ({ features: [score], genuine: is, weight: (share * weight) / scores.length }));
  return [...of(genuine, 1, PRIOR), ...of(impostor, 0, 1 - PRIOR)];
}

/** Soft examples on which a ratio that means what it says is the best fit. */
function whatItSays(weight: number): Example[] {
  const ratios = Array.from({ length: 17 }, (_, index) => index - 8);
  return ratios.map((ratio) => ({
    features: [ratio],
    genuine: 1 / (1 + Math.exp(-ratio - PRIOR_LOG_ODDS)),
    weight: weight / ratios.length,
  }));
}

export interface MapShape {
  /** Numbers of each network's part of a vector; one part of all if left out. */
  readonly widths?: readonly number[];
  /** What is known besides, each between the values where it was measured. */
  readonly beside?: Readonly<Partial<Record<SideTermName, { least: number; most: number }>>>;
}

/** How strongly several slopes are drawn towards nothing: corpora differ by more than any of them says. */
const RIDGE = 3e-4;

/** Trials of a kind of recordings: a corpus, and how much of the whole it stands for. */
export interface Corpus {
  readonly trials: Known<Trial>;
  readonly share: number;
}

/**
 * A map from nothing. Each corpus weighs its share, however many trials it has, and so do its genuine and its impostor trials
 * up to {@link PRIOR}. What is unknown of a comparison is taken for what lets the fewest in.
 */
export function fitMap(corpora: readonly Corpus[], shape: MapShape): EvidenceMap {
  const usable = corpora.filter(({ trials }) => trials.genuine.length > 0 && trials.impostor.length > 0);
  const [first] = usable;
  if (!first) throw new TypeError('a calibration needs genuine and impostor scores');
  const { widths = [], beside = {} } = shape;
  const parts = widths.length > 0 ? widths : [first.trials.genuine[0]!.enrolled.direction.length];
  const names = SIDE_TERMS.filter((name) => beside[name]);
  const features = (trial: Trial) => [
    ...cosines(parts, trial),
    ...names.map((name) => withinOf(beside[name]!, knownOf(name, trial))),
  ];
  const several = parts.length + names.length > 1;
  const { slopes, offset } = fitLogOdds(examplesOf(usable, features), several ? RIDGE : undefined);
  if (slopes.slice(0, parts.length).some((slope) => !(slope > 0)))
    throw new TypeError('the genuine scores are not above the impostor scores');
  const terms = names.map((name, index): [SideTermName, SideTerm] => {
    const slope = slopes[parts.length + index]!;
    const { least, most } = beside[name]!;
    return [name, { slope, least, most, unknown: slope > 0 ? least : most }];
  });
  const most = Math.max(
    ...usable.map(({ trials: { genuine, impostor } }) => Math.min(genuine.length, impostor.length)),
  );
  return {
    parts: parts.map((width, index) => ({ ...(widths.length > 0 && { width }), slope: slopes[index]! })),
    offset,
    ...(terms.length > 0 && { beside: Object.fromEntries(terms) }),
    limit: Math.log(most + 1),
  };
}

function examplesOf(corpora: readonly Corpus[], features: (trial: Trial) => number[]): Example[] {
  const of = (trials: readonly Trial[], genuine: 0 | 1, weight: number) =>
    trials.map((trial) => ({ features: features(trial), genuine, weight: weight / trials.length }));
  return corpora.flatMap(({ trials: { genuine, impostor }, share }) => [
    ...of(genuine, 1, share * PRIOR),
    ...of(impostor, 0, share * (1 - PRIOR)),
  ]);
}

function cosines(widths: readonly number[], { enrolled, probe }: Trial): number[] {
  let from = 0;
  return widths.map((width) => {
    const cosine = cosineOf(comparedWith(enrolled, probe), probe.direction, from, from + width);
    from += width;
    return cosine;
  });
}

function knownOf(name: SideTermName, { enrolled, probe }: Trial): number | null {
  const log = ({ seconds }: Side) => (seconds === null ? null : Math.log(seconds));
  switch (name) {
    case 'coherence':
      return enrolled.coherence;
    case 'probeSeconds':
      return log(probe);
    case 'enrolledSeconds':
      return log(enrolled);
  }
}

function withinOf({ least, most }: { least: number; most: number }, value: number | null): number {
  if (value === null) throw new TypeError('a map is fitted on trials of which everything is known');
  return Math.max(least, Math.min(most, value));
}

/** Trials of so many recordings on either side. */
export interface CountedCorpora {
  readonly counts: Counts;
  readonly corpora: readonly Corpus[];
}

/**
 * How the ratio depends on the counts: what the map's scores mean at several of them, along straight lines. Of the scores, since
 * maps that were fitted at each of the counts divide themselves between networks in different ways.
 */
export function fitAveraging(
  map: EvidenceMap,
  counted: readonly CountedCorpora[],
): Omit<NonNullable<EvidenceMap['averaging']>, 'coherence'> {
  const fits = counted.map(({ corpora }) => {
    const { slopes, offset } = fitLogOdds(
      examplesOf(corpora, ({ enrolled, probe }) => [scoreOf(map, enrolled, probe)]),
    );
    return { gain: slopes[0]!, offset };
  });
  const x = counted.map(({ counts }) => 1 / counts.enrol + 1 / counts.probe);
  const gradient = (y: readonly number[]) => {
    const [mx, my] = [mean(x), mean(y)];
    const along = x.reduce((sum, value, index) => sum + (value - mx) * (y[index]! - my), 0);
    return along / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  };
  const reference = fits[x.indexOf(1 / REFERENCE.enrol + 1 / REFERENCE.probe)];
  if (!reference) throw new TypeError('averaging is measured against the counts that maps are fitted at');
  return {
    shift: gradient(fits.map(({ gain, offset }) => -offset / gain)),
    // Not of the map's own slope, which is drawn towards nothing more than these are.
    stretch: reference.gain * gradient(fits.map(({ gain }) => 1 / gain)),
  };
}

/**
 * How many independent recordings these are worth: the frames of a burst are nearly one and the same, and their
 * mean is no better than one of them. `coherence`: the mean cosine of two of them; null for one.
 */
export function effectiveCount(map: EvidenceMap, count: number, coherence: number | null): number {
  if (!map.averaging || count < REFERENCE.probe + 1 || coherence === null) return 1;
  const difference = Math.max(0, 1 - coherence) / (1 - map.averaging.coherence);
  return 1 / (1 - Math.min(1, difference) * (1 - 1 / count));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
