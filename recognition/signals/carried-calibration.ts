import { rescaled } from './evidence-map.ts';
import type { RuledMap } from './fit-map.ts';
import type { ScoreSet } from './trials.ts';

/**
 * What a map for one model says about the recordings of another one: another head has cosines of another size, and the
 * straight line between both models' scores on the same comparisons is drawn through the means of genuine and of impostor
 * scores. The threshold is carried with it.
 */
export function carriedOver(ruled: RuledMap, before: ScoreSet, after: ScoreSet): RuledMap {
  if ([before, after].some((set) => set.genuine.length === 0 || set.impostor.length === 0)) return ruled;
  const gap = (set: ScoreSet) => mean(set.genuine) - mean(set.impostor);
  const gain = gap(before) / gap(after);
  if (!(gain > 0) || !Number.isFinite(gain)) return ruled;
  const bias = mean(before.impostor) - gain * mean(after.impostor);
  // What the threshold was among ratios of the model before, it is among those that are carried over to them.
  return { map: rescaled(ruled.map, { gain, bias }), threshold: ruled.threshold };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
