import { costOfRatios } from '../error-rates.ts';
import { actualCost, type DetectionCost, detectionErrors, rankTrials } from './detection-errors.ts';
import { bestThreshold, decidedRightly, foldAccuracy } from './fold-accuracy.ts';
import { intervalsOverPeople, type SidesOfTrials } from './people-bootstrap.ts';
import type { ProtocolFigure } from './protocol-report.ts';

export interface ScoredTrials {
  /** -Infinity where a comparison could not be made. */
  readonly scores: Float64Array;
  /** 1 where both are of one person. */
  readonly same: Uint8Array;
  readonly people: SidesOfTrials;
}

/** As speaker recognition reports them: EER, and minimum detection costs with a miss as dear as a false alarm. */
export function detectionFigures(
  trials: ScoredTrials,
  priors: readonly number[],
  seed: number,
): ProtocolFigure[] {
  const costs = priors.map((target) => ({ target, miss: 1, falseAlarm: 1 }));
  return errorFigures(trials, { costs, names: priors.map((target) => `minDCF, target ${target}`), seed });
}

/** Priors and costs of ASVspoof 5's evaluation plan: one in twenty is spoofed, and letting one pass costs ten misses. */
const ASVSPOOF5: DetectionCost = { target: 0.95, miss: 1, falseAlarm: 10 };

/** Of track 1. Cllr and actDCF mean something only of scores that are log-likelihood ratios. */
export function countermeasureFigures(trials: ScoredTrials, seed: number): ProtocolFigure[] {
  const { scores, same } = trials;
  const of = (kind: number) => [...scores].filter((_, index) => same[index] === kind);
  const [eer, minDcf] = errorFigures(trials, { costs: [ASVSPOOF5], names: ['minDCF'], seed });
  return [
    ...(minDcf ? [minDcf] : []),
    { figure: 'actDCF', value: actualCost(scores, same, ASVSPOOF5), unit: 'cost', interval: null },
    { figure: 'Cllr', value: costOfRatios(of(1), of(0)), unit: 'bits', interval: null },
    ...(eer ? [eer] : []),
  ];
}

function errorFigures(
  { scores, same, people }: ScoredTrials,
  { costs, names, seed }: { costs: readonly DetectionCost[]; names: readonly string[]; seed: number },
): ProtocolFigure[] {
  const ranked = rankTrials(scores, same);
  const found = detectionErrors(ranked, costs);
  const [eer = null, ...least] = intervalsOverPeople(people, {
    ...{ seed, count: 1 + costs.length },
    statistics(weights) {
      const errors = detectionErrors(ranked, costs, weights);
      return errors && [errors.eer, ...errors.minDcf];
    },
  });
  return [
    { figure: 'EER', value: found?.eer ?? null, unit: 'share', interval: eer },
    ...names.map((figure, index): ProtocolFigure => {
      return { figure, value: found?.minDcf[index] ?? null, unit: 'cost', interval: least[index] ?? null };
    }),
  ];
}

/** View 2 of LFW. Intervals take the thresholds for known. */
export function foldFigures(
  trials: ScoredTrials & { readonly fold: Uint8Array },
  seed: number,
): ProtocolFigure[] {
  const found = foldAccuracy(trials);
  return [
    {
      figure: 'accuracy',
      value: found?.mean ?? null,
      unit: 'share',
      interval: found && shareInterval(trials.people, found.right, seed),
      ...(found && { standardError: found.standardError }),
    },
  ];
}

/** View 1 of LFW: the threshold that is most often right on the first fold, and how often it is right on the second. */
export function heldOutFigures(
  { scores, same, fold, people }: ScoredTrials & { readonly fold: Uint8Array },
  seed: number,
): ProtocolFigure[] {
  const of = <T extends Float64Array | Uint8Array | Uint32Array>(values: T, name: number) =>
    values.filter((_, trial) => fold[trial] === name) as T;
  const threshold = bestThreshold({ scores: of(scores, 0), same: of(same, 0) });
  const truth = of(same, 1);
  const right = Uint8Array.from(of(scores, 1), (score, trial) =>
    Number(decidedRightly(score, truth[trial] === 1, threshold)),
  );
  const value = right.length === 0 ? null : right.reduce((sum, one) => sum + one, 0) / right.length;
  const interval = shareInterval({ a: of(people.a, 1), b: of(people.b, 1) }, right, seed);
  return [{ figure: 'accuracy', value, unit: 'share', interval }];
}

/** Of the share of ones. */
export function shareInterval(
  people: SidesOfTrials,
  ones: Uint8Array,
  seed: number,
): ProtocolFigure['interval'] {
  const [interval = null] = intervalsOverPeople(people, {
    ...{ seed, count: 1 },
    statistics: (weights) => [weightedShare(ones, weights)],
  });
  return interval;
}

function weightedShare(ones: Uint8Array, weights: Float64Array): number | null {
  let [counted, total] = [0, 0];
  weights.forEach((weight, trial) => {
    total += weight;
    if (ones[trial] === 1) counted += weight;
  });
  return total === 0 ? null : counted / total;
}
