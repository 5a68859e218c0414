import { z } from 'zod';
import { EvidenceMap } from './evidence-map.ts';

/** From ratios to a decision. Every threshold is on log-likelihood ratios. */
export const DecisionRule = z.object({
  /** Of both modalities together, and of each alone. */
  targetFmr: z.number().gt(0).lt(1),
  modalityFmr: z.number().gt(0).lt(1),
  /** What each modality has to say by itself. */
  face: z.number(),
  voice: z.number(),
  /** What their sum has to reach as well. */
  threshold: z.number(),
  /** From here on what is not accepted was close, for the record. */
  stepUp: z.number(),
});
export type DecisionRule = z.infer<typeof DecisionRule>;

export const CurrentCalibration = z.object({
  format: z.literal(2),
  face: EvidenceMap,
  voice: EvidenceMap,
  decision: DecisionRule,
  measured: z.object({
    on: z.string(),
    how: z.string(),
    trials: z.record(z.string(), z.object({ genuine: z.number().int(), impostor: z.number().int() })),
    figures: z.record(z.string(), z.number()),
  }),
});
export type Calibration = z.infer<typeof CurrentCalibration>;
