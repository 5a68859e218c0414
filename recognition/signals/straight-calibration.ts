import { z } from 'zod';
import type { Calibration } from './current-calibration.ts';
import { type EvidenceMap, straightLine } from './evidence-map.ts';

/** A map of format 1, and what a plugged-in network's manifest says: slope x cosine + offset. */
export const StraightMap = z.object({
  slope: z.number().positive(),
  offset: z.number(),
  limit: z.number().positive(),
  against: z.number().positive().optional(),
  /** As of a map of today, but in cosines. */
  averaging: z.object({ zero: z.number(), width: z.number(), coherence: z.number().lt(1) }).optional(),
  copies: z.boolean().optional(),
});
export type StraightMap = z.infer<typeof StraightMap>;

/** Format 1: one cosine a modality, one threshold on the sum. */
export const StraightCalibration = z.object({
  format: z.literal(1),
  face: StraightMap,
  voice: StraightMap,
  decision: z.object({ targetFmr: z.number().gt(0).lt(1), threshold: z.number(), stepUp: z.number() }),
  measured: z.object({
    on: z.string(),
    how: z.string(),
    trials: z.record(z.string(), z.object({ genuine: z.number().int(), impostor: z.number().int() })),
    figures: z.record(z.string(), z.number()),
  }),
});

/** What NIST SP 800-63B-4 asks of a biometric comparison. */
export const TARGET_FMR = 1e-4;
/** Of each modality by itself. */
export const MODALITY_FMR = 1e-2;

export function readStraightMap({ slope, offset, averaging, ...rest }: StraightMap): EvidenceMap {
  return straightLine(
    { slope, offset },
    {
      ...rest,
      ...(averaging && {
        averaging: {
          shift: averaging.zero * slope,
          stretch: averaging.width * slope,
          coherence: averaging.coherence,
        },
      }),
    },
  );
}

/**
 * Its one threshold let a clear face make up for a voice that proved nothing. Impostors reach a ratio of R at most once in R
 * comparisons, so that ratios of 1 / FMR keep the FMR as far as its maps hold; where a map says no more than its limit, that.
 */
export function readStraightCalibration(earlier: z.infer<typeof StraightCalibration>): Calibration {
  const [face, voice] = [readStraightMap(earlier.face), readStraightMap(earlier.voice)];
  return {
    format: 2,
    face,
    voice,
    decision: promisedRule(face, voice),
    measured: earlier.measured,
  };
}

/** Thresholds for maps of which nothing was measured but the maps. */
export function promisedRule(face: EvidenceMap, voice: EvidenceMap): Calibration['decision'] {
  const promised = -Math.log(MODALITY_FMR);
  const most = face.limit + voice.limit;
  const together = Math.min(most, -Math.log(TARGET_FMR));
  return {
    targetFmr: TARGET_FMR,
    modalityFmr: MODALITY_FMR,
    face: Math.min(face.limit, promised),
    voice: Math.min(voice.limit, promised),
    threshold: together,
    stepUp: Math.min(together, -Math.log(TARGET_FMR * 10)),
  };
}
