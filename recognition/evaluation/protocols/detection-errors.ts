/** What a wrong decision costs, and how often the one that is looked for comes. */
export interface DetectionCost {
  /** Probability that a trial is of the kind that is looked for: the same person, or a living one. */
  readonly target: number;
  readonly miss: number;
  readonly falseAlarm: number;
}

/** Trials in the order of their scores, the highest first. */
export interface RankedTrials {
  readonly trial: Uint32Array;
  /** By rank: 1 where the trial is a target. */
  readonly same: Uint8Array;
  /** By rank: 1 where the next score is lower. Equal scores are one operating point. */
  readonly ends: Uint8Array;
  /** How many ranks have a score at all: -Infinity never passes. */
  readonly made: number;
}

export function rankTrials(scores: Float64Array, same: Uint8Array): RankedTrials {
  const scoreOf = (trial: number) => scores[trial] ?? Number.NEGATIVE_INFINITY;
  const trial = Uint32Array.from(scores, (_, index) => index).sort((a, b) =>
    scoreOf(a) === scoreOf(b) ? a - b : scoreOf(b) - scoreOf(a),
  );
  const at = (rank: number) => scoreOf(trial[rank] ?? scores.length);
  return {
    trial,
    same: Uint8Array.from(trial, (index) => same[index] ?? 0),
    ends: Uint8Array.from(trial, (_, rank) => Number(rank + 1 === trial.length || at(rank + 1) < at(rank))),
    made: scores.reduce((sum, score) => sum + Number(score > Number.NEGATIVE_INFINITY), 0),
  };
}

export interface DetectionErrors {
  /** Where misses and false alarms are equally frequent, on the straight line between neighbouring operating points. */
  readonly eer: number;
  /** The least cost of each kind at any threshold, in parts of what it costs to decide always the same. */
  readonly minDcf: readonly number[];
}

/**
 * Minimum normalised detection cost as NIST's speaker recognition evaluations define it (evaluation plan of 2016, equations 2
 * to 4): (miss x P(miss) x target + falseAlarm x P(false alarm) x (1 - target)) / min(miss x target, falseAlarm x (1 - target)).
 * Scripts of VoxCeleb and ASVspoof compute the same. Their EER is the greater rate, or the mean of both, at the operating point
 * where they differ least; it differs from this one by less than a trial's share. `weights`: how often each trial counts.
 * Null where there are no trials of a kind.
 */
export function detectionErrors(
  { trial, same, ends, made }: RankedTrials,
  costs: readonly DetectionCost[],
  weights?: Float64Array,
): DetectionErrors | null {
  const weightAt = (rank: number) => (weights ? (weights[trial[rank] ?? 0] ?? 0) : 1);
  let [targets, others] = [0, 0];
  for (let rank = 0; rank < trial.length; rank++) {
    if (same[rank] === 1) targets += weightAt(rank);
    else others += weightAt(rank);
  }
  if (targets === 0 || others === 0) return null;
  // Nobody passes.
  const least = costs.map(({ target, miss }) => miss * target);
  let [passed, falsely] = [0, 0];
  let before = { misses: 1, falseAlarms: 0 };
  let eer: number | null = null;
  for (let rank = 0; rank < made; rank++) {
    if (same[rank] === 1) passed += weightAt(rank);
    else falsely += weightAt(rank);
    if (ends[rank] !== 1) continue;
    const here = { misses: 1 - passed / targets, falseAlarms: falsely / others };
    costs.forEach(({ target, miss, falseAlarm }, index) => {
      const cost = miss * target * here.misses + falseAlarm * (1 - target) * here.falseAlarms;
      if (cost < (least[index] ?? Number.POSITIVE_INFINITY)) least[index] = cost;
    });
    if (eer === null && here.falseAlarms >= here.misses) eer = crossing(before, here);
    before = here;
  }
  return {
    // So many have no score that the curves do not meet: what is missed even when all else passes.
    eer: eer ?? before.misses,
    minDcf: costs.map(
      ({ target, miss, falseAlarm }, index) =>
        (least[index] ?? 0) / Math.min(miss * target, falseAlarm * (1 - target)),
    ),
  };
}

interface Point {
  readonly misses: number;
  readonly falseAlarms: number;
}

function crossing(before: Point, here: Point): number {
  const [gapBefore, gapHere] = [before.misses - before.falseAlarms, here.misses - here.falseAlarms];
  const share = gapBefore === gapHere ? 0 : gapBefore / (gapBefore - gapHere);
  return before.falseAlarms + share * (here.falseAlarms - before.falseAlarms);
}

/**
 * The cost of decisions at the threshold that is right for log-likelihood ratios, -ln(miss x target / (falseAlarm x (1 -
 * target))), normalised alike: what the evaluation package of ASVspoof 5 calls actDCF.
 */
export function actualCost(
  scores: Float64Array,
  same: Uint8Array,
  { target, miss, falseAlarm }: DetectionCost,
): number {
  const [weightOfMiss, weightOfAlarm] = [miss * target, falseAlarm * (1 - target)];
  const threshold = -Math.log(weightOfMiss / weightOfAlarm);
  let [missed, targets, passed] = [0, 0, 0];
  scores.forEach((score, index) => {
    if (same[index] === 1) {
      targets += 1;
      missed += Number(score < threshold);
    } else passed += Number(score >= threshold);
  });
  const cost = (weightOfMiss * missed) / targets + (weightOfAlarm * passed) / (scores.length - targets);
  return cost / Math.min(weightOfMiss, weightOfAlarm);
}
