import type { Modality } from '../../bundle-parts.ts';
import type { Recogniser } from '../../recogniser.ts';
import { logLikelihoodRatio, scoreOf, unlimited } from '../../signals/evidence-map.ts';
import type { EmbeddedItem } from './embedded-items.ts';
import type { Trials } from './trials.ts';

/**
 * A log-likelihood ratio for each trial, as a sign-in has it of one enrolled recording and one try, without its limits;
 * -Infinity where a side could not be used. `sides`: by the place of an item.
 */
export function scoreTrials(
  { calibration }: Pick<Recogniser, 'calibration'>,
  modality: Modality,
  { enrolled, probe }: Trials,
  sides: readonly (EmbeddedItem | undefined)[],
): Float64Array {
  const map = unlimited(calibration[modality]);
  return Float64Array.from(enrolled, (item, trial) => {
    const [one, other] = [sides[item], sides[probe[trial] ?? 0]];
    if (!one || !other) return Number.NEGATIVE_INFINITY;
    const quality = modality === 'face' ? other.quality : 1;
    return logLikelihoodRatio(map, scoreOf(map, one, other), { enrol: 1, probe: 1 }, quality);
  });
}
