import { z } from 'zod';
import { CurrentCalibration } from './current-calibration.ts';
import { readStraightCalibration, StraightCalibration } from './straight-calibration.ts';

/**
 * The numbers that turn scores into a decision, with how and on what they were measured. A model that was trained before
 * modalities had thresholds of their own is read with such as its own maps promise.
 */
export const Calibration = z.union([
  CurrentCalibration,
  StraightCalibration.transform((earlier): Calibration => readStraightCalibration(earlier)),
]);
export type Calibration = z.infer<typeof CurrentCalibration>;
