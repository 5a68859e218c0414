import type { Modality } from './bundle-parts.ts';
import type { FeatureKey } from './feature-cache.ts';
import { highShareDb, narrowBandDb } from './signals/high-band.ts';
import { type FaceCapture, secondsOf, type VoiceCapture } from './signals/signals.ts';

/** Under what a recording was taken, as it shows in itself; `clear` is what networks are trained on. */
export type Condition = 'clear' | 'dim' | 'small' | 'grey' | 'telephone' | 'noisy';

/** What the conditions are told by; another way of measuring is another name. */
const MEASURES = 'visavox-conditions-4';

/** Where a sample's measures lie beside its features. */
export function measuresOf(key: FeatureKey): FeatureKey {
  return { ...key, preprocessing: `${key.preprocessing}.${MEASURES}` };
}

const LIMITS = {
  /** Mean luma of a face, 0..255. */
  dim: 60,
  /** Eyes to mouth, in pixels. */
  small: 28,
  /** Mean difference of the largest and the smallest channel, 0..255. */
  grey: 5,
  noisyDb: 0,
} as const;

export function measuresOfFace({ crop, quality }: FaceCapture): Float32Array {
  let spread = 0;
  for (let at = 0; at < crop.length; at += 3) {
    const [r, g, b] = [crop[at] as number, crop[at + 1] as number, crop[at + 2] as number];
    spread += Math.max(r, g, b) - Math.min(r, g, b);
  }
  return Float32Array.of(
    quality.brightness,
    quality.eyeMouthPixels,
    spread / (crop.length / 3),
    quality.score,
  );
}

export function measuresOfVoice({ waveform, quality }: VoiceCapture): Float32Array {
  return Float32Array.of(quality.snrDb, highShareDb(waveform), secondsOf({ waveform }), quality.score);
}

/** How long the voice is, as calibrations count it; null of a face. */
export function secondsIn(modality: Modality, measures: Float32Array): number | null {
  return modality === 'voice' ? (measures[2] ?? null) : null;
}

/** How much there is to recognise, 0..1; the last of the measures. */
export function qualityOf(measures: Float32Array): number {
  return measures.at(-1) ?? 0;
}

export function conditionOf(modality: Modality, measures: Float32Array): Condition {
  const [first = 0, second = 0, third = 0] = measures;
  switch (modality) {
    case 'face':
      if (third < LIMITS.grey) return 'grey';
      if (first < LIMITS.dim) return 'dim';
      return second < LIMITS.small ? 'small' : 'clear';
    case 'voice':
      if (second < narrowBandDb) return 'telephone';
      return first < LIMITS.noisyDb ? 'noisy' : 'clear';
  }
}

/**
 * Whether a voice came as the copies in templates imitate, so that it is compared with them. Of a face nothing is said: copies
 * cost clear ones nothing, and a second vector would.
 */
export function triedWorse(modality: Modality, condition: string): boolean | undefined {
  return modality === 'voice' ? condition === 'telephone' : undefined;
}

/**
 * Whether it came by such a camera, or over such a line, as the copies in templates imitate. It has no copy there: twice over a
 * line sounds like nobody who calls.
 */
export function takenWorse(modality: Modality, measures: Float32Array): boolean {
  return modality === 'face'
    ? (measures[0] ?? 0) < LIMITS.dim
    : conditionOf(modality, measures) === 'telephone';
}
