export interface Level {
  /** Root mean square in dB below full scale, without the microphone's direct current; -100 for digital silence. */
  readonly decibels: number;
  /** The share of samples at the end of the scale, 0..1. */
  readonly clipped: number;
}

export type LoudnessHint = 'voice_too_quiet' | 'voice_too_loud';

const CLIPPING = 0.985;
const TOO_QUIET = -48;
const TOO_LOUD_SHARE = 0.01;

export function levelOf(samples: Float32Array): Level {
  if (samples.length === 0) return { decibels: -100, clipped: 0 };
  let energy = 0;
  let sum = 0;
  let clipped = 0;
  for (const sample of samples) {
    energy += sample * sample;
    sum += sample;
    if (Math.abs(sample) >= CLIPPING) clipped++;
  }
  const power = energy / samples.length - (sum / samples.length) ** 2;
  return {
    decibels: power > 1e-10 ? 10 * Math.log10(power) : -100,
    clipped: clipped / samples.length,
  };
}

/** The level of the loudest tenth, which is speech wherever there is any. */
export function speechLevel(samples: Float32Array, sampleRate: number): Level {
  const frame = Math.round(sampleRate * 0.03);
  const levels: number[] = [];
  for (let start = 0; start + frame <= samples.length; start += frame)
    levels.push(levelOf(samples.subarray(start, start + frame)).decibels);
  levels.sort((a, b) => b - a);
  return {
    decibels: levels[Math.floor(levels.length / 10)] ?? -100,
    clipped: levelOf(samples).clipped,
  };
}

export function loudnessHint(level: Level): LoudnessHint | null {
  if (level.clipped > TOO_LOUD_SHARE) return 'voice_too_loud';
  if (level.decibels < TOO_QUIET) return 'voice_too_quiet';
  return null;
}

/** Where a level stands on the meter, 0..1: -60 dB is its left end, -6 dB its right end. */
export function meterPosition(decibels: number): number {
  return Math.max(0, Math.min(1, (decibels + 60) / 54));
}
