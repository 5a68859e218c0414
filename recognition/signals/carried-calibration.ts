import type { AffineCalibration } from './calibration.ts';
import type { ScoreSet } from './trials.ts';

/**
 * What a map for one model says about the scores of another one on the same comparisons: another head has cosines of
 * another size, and the straight line between both is drawn through the means of genuine and of impostor scores.
 */
export function carriedOver(map: AffineCalibration, before: ScoreSet, after: ScoreSet): AffineCalibration {
  if ([before, after].some((set) => set.genuine.length === 0 || set.impostor.length === 0)) return map;
  const gap = (set: ScoreSet) => mean(set.genuine) - mean(set.impostor);
  const stretch = gap(before) / gap(after);
  if (!(stretch > 0) || !Number.isFinite(stretch)) return map;
  const shift = mean(before.impostor) - stretch * mean(after.impostor);
  return {
    ...map,
    slope: map.slope * stretch,
    offset: map.offset + map.slope * shift,
    ...(map.averaging && {
      averaging: {
        ...map.averaging,
        zero: map.averaging.zero / stretch,
        width: map.averaging.width / stretch,
        coherence: Math.min(0.99, (map.averaging.coherence - shift) / stretch),
      },
    }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
