import type { Experiment, ExperimentPlace, ProductionTestPlan } from '@visavox/core/experiment';
import type { Release } from '@visavox/core/release';
import type { Experiments } from './experiments.ts';

/** The test that candidates of one model have to pass in one environment, after the gate. */
export interface ProductionTest {
  /** Why there is none this time; null: there is one. */
  waived(): Promise<string | null>;
  /** The one that runs there, whoever began it. */
  underWay(): Promise<Experiment | undefined>;
  /** Of a release that is up beside the champion. May be asked again: a release is tested once. */
  begin(challenger: Release): Promise<void>;
}

/**
 * Candidates that follow each other against the same champion share one alpha: the k-th of them has 6 / (pi k)^2 of it, which
 * adds up to no more than all of it. Otherwise whoever tries often enough is promoted by chance.
 */
export function alphaOf(alpha: number, k: number): number {
  return (alpha * 6) / (Math.PI * k) ** 2;
}

export function productionTest({
  experiments,
  place,
  plan: { minimumRequestsPerDay, ...plan },
  requestsPerDay,
}: {
  readonly experiments: Pick<Experiments, 'begin' | 'of' | 'running'>;
  readonly place: ExperimentPlace;
  readonly plan: ProductionTestPlan;
  /** Over the last week; undefined where nobody counts them. */
  readonly requestsPerDay?: (() => Promise<number>) | undefined;
}): ProductionTest {
  return {
    async waived() {
      if (minimumRequestsPerDay === undefined || !requestsPerDay) return null;
      const found = await requestsPerDay();
      if (found >= minimumRequestsPerDay) return null;
      return `released by the gate alone: a test in production takes ${minimumRequestsPerDay} requests a day, and there were ${Number(found.toFixed(1))}`;
    },

    async underWay() {
      return (await experiments.running(place))[0];
    },

    async begin(challenger) {
      const earlier = await experiments.of(place);
      if (earlier.some((one) => one.challenger === challenger.id)) return;
      const against = (champion: string) => earlier.filter((one) => one.champion === champion).length;
      await experiments.begin(challenger.id, place, (champion) => ({
        ...plan,
        alpha: alphaOf(plan.alpha, against(champion) + 1),
      }));
    },
  };
}
