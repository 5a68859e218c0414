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
  const ofMisses = Float64Array.from(costs, ({ target, miss }) => miss * target);
  const ofAlarms = Float64Array.from(costs, ({ target, falseAlarm }) => falseAlarm * (1 - target));
  // Nobody passes.
  const least = ofMisses.slice();
  let [passed, falsely] = [0, 0];
  let [missesBefore, alarmsBefore] = [1, 0];
  let eer = Number.NaN;
  // Half a million operating points for each of hundreds of resamples: nothing is allocated in here.
  for (let rank = 0; rank < made; rank++) {
    if (same[rank] === 1) passed += weightAt(rank);
    else falsely += weightAt(rank);
    if (ends[rank] !== 1) continue;
    const misses = 1 - passed / targets;
    const alarms = falsely / others;
    for (let index = 0; index < least.length; index++) {
      const cost = ofMisses[index]! * misses + ofAlarms[index]! * alarms;
      if (cost < least[index]!) least[index] = cost;
    }
    if (Number.isNaN(eer) && alarms >= misses) {
      const [gapBefore, gapHere] = [missesBefore - alarmsBefore, misses - alarms];
      const share = gapBefore === gapHere ? 0 : gapBefore / (gapBefore - gapHere);
      eer = alarmsBefore + share * (alarms - alarmsBefore);
    }
    missesBefore = misses;
    alarmsBefore = alarms;
  }
  return {
    // So many have no score that the curves do not meet: what is missed even when all else passes.
    eer: Number.isNaN(eer) ? missesBefore : eer,
    minDcf: Array.from(least, (cost, index) => cost / Math.min(ofMisses[index]!, ofAlarms[index]!)),
  };
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
