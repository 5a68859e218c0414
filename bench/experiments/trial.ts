import { ExperimentAnalysis } from '@visavox/control/experiments/analysis';
import { armOf } from '@visavox/control/experiments/assignment';
import { decide } from '@visavox/control/experiments/decision';
import type { Arm, ExperimentPlan } from '@visavox/core/experiment';
import { growthbookP } from './growthbook.ts';
import type { Stream } from './people.ts';

const METRIC = 'refusals';
const at = '2026-01-05T12:00:00Z';

export interface Trial {
  /** Of the decision rule; `undecided` where the people stopped coming. */
  readonly outcome: string;
  /** Attempts until it was decided, all of them where it was not. */
  readonly attempts: number;
}

/**
 * An experiment from its first attempt to its decision, by what serves: the assignment, the analysis and the decision rule of the
 * platform, looked at after each outcome that can move it, since decisions follow from the highest evidence so far. Attempts that
 * both arms pass, by people who have completed the window, cannot: they are only counted.
 */
export function tried({ rounds }: Stream, plan: ExperimentPlan, salt: string): Trial {
  const analysis = new ExperimentAnalysis(plan);
  const arms: Arm[] = [];
  let [attempts, position, round] = [0, 0, 0];
  for (const { order, attempts: errors } of rounds) {
    for (const person of order) {
      attempts += 1;
      let arm = arms[person];
      if (arm === undefined) {
        const key = String(person);
        const share = plan.kind === 'shadow' ? 0 : analysis.share;
        arm = plan.kind === 'shadow' ? 'champion' : armOf(key, salt, share);
        arms[person] = arm;
        analysis.add({ position: ++position, exposure: { key, arm, share } });
      }
      const error = errors[person]!;
      const [mine, other] = [(error & 1) as 0 | 1, (error >> 1) as 0 | 1];
      const matters = plan.kind === 'shadow' ? mine !== other : (arm === 'champion' ? mine : other) === 1;
      if (round >= plan.window && !matters) continue;
      const key = String(person);
      const outcome =
        plan.kind === 'shadow'
          ? { champion: { [METRIC]: mine }, challenger: { [METRIC]: other } }
          : { [arm]: { [METRIC]: arm === 'champion' ? mine : other } };
      const before = analysis.risen;
      analysis.add({ position: ++position, record: { request: String(attempts), key, at, ...outcome } });
      if (analysis.risen === before) continue;
      const verdict = decide(analysis.result(), plan, { people: analysis.people, days: 0 });
      if (verdict) return { outcome: verdict.outcome, attempts };
    }
    round += 1;
  }
  return { outcome: 'undecided', attempts };
}

/** The same stream by GrowthBook's formula: people half and half, each attempt for itself; `alpha` is one-sided. */
export function triedByGrowthBook({ rounds }: Stream, alpha: number, salt: string): Trial {
  const champion = { errors: 0, attempts: 0 };
  const challenger = { errors: 0, attempts: 0 };
  const arms: Arm[] = [];
  let attempts = 0;
  for (const { order, attempts: errors } of rounds)
    for (const person of order) {
      attempts += 1;
      arms[person] ??= armOf(String(person), salt, 0.5);
      const isChampions = arms[person] === 'champion';
      const arm = isChampions ? champion : challenger;
      arm.attempts += 1;
      arm.errors += isChampions ? errors[person]! & 1 : errors[person]! >> 1;
      if (growthbookP(champion, challenger, 2 * alpha) > 2 * alpha) continue;
      const isBetter = challenger.errors / challenger.attempts < champion.errors / champion.attempts;
      return { outcome: isBetter ? 'promote' : 'reject', attempts };
    }
  return { outcome: 'undecided', attempts };
}
