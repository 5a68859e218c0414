import { z } from 'zod';

/** What a training task writes beside the head. */
export const TrainingReport = z.looseObject({
  /** Nothing beat the champion's head on the validation people, so it stays. */
  kept: z.boolean(),
  reason: z.string(),
});
