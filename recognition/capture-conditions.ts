import type { Modality } from './bundle-parts.ts';
import type { FeatureKey } from './feature-cache.ts';
import { bandPass, blackman } from './signals/band-filter.ts';
import { type FaceCapture, secondsOf, type VoiceCapture } from './signals/signals.ts';

/** Under what a recording was taken, as it shows in itself; `clear` is what networks are trained on. */
export type Condition = 'clear' | 'dim' | 'small' | 'grey' | 'telephone' | 'noisy';

/** What the conditions are told by; another way of measuring is another name. */
const MEASURES = 'visavox-conditions-3';

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
  /** Energy from 4.2 kHz to 7.5 kHz relative to all, in decibels: a band of 8 kHz ends below. */
  narrowDb: -38,
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
      if (second < LIMITS.narrowDb) return 'telephone';
      return first < LIMITS.noisyDb ? 'noisy' : 'clear';
  }
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

const REACH = 40;
/** The band that a telephone does not carry. */
const HIGH_BAND = bandPass({ low: 4600, high: 7500 }, { reach: REACH, window: blackman });

/** Of the louder half of windows of 20 ms, so that pauses do not count. */
function highShareDb(waveform: Float32Array): number {
  const window = 320;
  const starts: { at: number; energy: number }[] = [];
  for (let at = REACH; at + window + REACH <= waveform.length; at += window) {
    let energy = 0;
    for (let index = at; index < at + window; index++) energy += (waveform[index] as number) ** 2;
    starts.push({ at, energy });
  }
  const loud = starts.sort((a, b) => b.energy - a.energy).slice(0, Math.ceil(starts.length / 2));
  let [high, all] = [0, 0];
  for (const { at, energy } of loud) {
    all += energy;
    // Every fourth sample says as much of the energy.
    for (let centre = at; centre < at + window; centre += 4) {
      let sum = 0;
      for (let tap = 0; tap < HIGH_BAND.length; tap++)
        sum += (HIGH_BAND[tap] as number) * (waveform[centre + tap - REACH] as number);
      high += 4 * sum * sum;
    }
  }
  return 10 * Math.log10(Math.max(high, 1e-12) / Math.max(all, 1e-9));
}
