import { z } from 'zod';
import { measuresOfFace, measuresOfVoice, takenWorse } from '../capture-conditions.ts';
import { type FaceCapture, secondsOf, type VoiceCapture } from '../signals/signals.ts';
import type { Traits } from './scored-comparisons.ts';

/** What a recording says about how it was made, where nobody wrote it down. */
export const Measures = z.discriminatedUnion('modality', [
  z.object({
    modality: z.literal('face'),
    quality: z.number(),
    /** Mean luma, 0..255. */
    brightness: z.number(),
    eyeMouthPixels: z.number(),
    yaw: z.number(),
    /** Of the channels, 0..255: nothing in a grey image. */
    spread: z.number(),
  }),
  z.object({
    modality: z.literal('voice'),
    quality: z.number(),
    snrDb: z.number(),
    speechSeconds: z.number(),
    /** From the first to the last word. */
    seconds: z.number(),
    /** Energy above what a telephone carries, relative to all. */
    highBandDb: z.number(),
  }),
]);
export type Measures = z.infer<typeof Measures>;

export function faceMeasures(capture: FaceCapture): Measures {
  const [brightness = 0, eyeMouthPixels = 0, spread = 0] = measuresOfFace(capture);
  return {
    modality: 'face',
    quality: capture.quality.score,
    brightness,
    eyeMouthPixels,
    yaw: capture.quality.yaw,
    spread,
  };
}

export function voiceMeasures(capture: VoiceCapture): Measures {
  const [snrDb = 0, highBandDb = 0] = measuresOfVoice(capture);
  return {
    modality: 'voice',
    quality: capture.quality.score,
    snrDb,
    speechSeconds: capture.quality.speechSeconds,
    seconds: secondsOf(capture),
    highBandDb,
  };
}

/** Whether it stands in a template without a copy. */
export function hasNoCopy(measures: Measures): boolean {
  return takenWorse(
    measures.modality,
    measures.modality === 'face'
      ? Float32Array.of(measures.brightness, measures.eyeMouthPixels, measures.spread)
      : Float32Array.of(measures.snrDb, measures.highBandDb),
  );
}

/** Round numbers, not fitted to any list. */
export function traitsOf(measures: Measures): Traits {
  switch (measures.modality) {
    case 'face':
      return {
        light: measures.brightness < 75 ? 'dim' : measures.brightness > 190 ? 'bright' : 'even',
        size: measures.eyeMouthPixels < 28 ? 'small' : measures.eyeMouthPixels < 60 ? 'medium' : 'large',
        colour: measures.spread < 5 ? 'grey' : 'colour',
        pose: Math.abs(measures.yaw) < 15 ? 'frontal' : 'turned',
      };
    case 'voice':
      return {
        noise: measures.snrDb < 12 ? 'noisy' : measures.snrDb < 25 ? 'fair' : 'quiet',
        band: measures.highBandDb < -38 ? 'telephone' : 'wide',
        speech:
          measures.speechSeconds < 2 ? 'under 2 s' : measures.speechSeconds < 4 ? '2 to 4 s' : 'over 4 s',
      };
  }
}
