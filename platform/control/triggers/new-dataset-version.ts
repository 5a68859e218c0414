import { shortDigest } from '@visavox/core/digest';
import type { Trigger, TriggerContext } from '../trigger.ts';

/** Due when the dataset of this name has another version than when the last training began. */
export function newDatasetVersion(dataset: string): Trigger {
  const latest = async ({ datasets }: TriggerContext) => (await datasets.latest(dataset)) ?? null;
  return {
    name: `dataset ${dataset}`,
    async due(context) {
      const version = await latest(context);
      return version === null || version === context.mark
        ? null
        : `new version of ${dataset} (${shortDigest(version)})`;
    },
    mark: latest,
  };
}
