import { FRAMES_PER_SECOND, type Sounds } from './challenge-sounds.ts';
import type { View } from './face-view.ts';

/** A face at a moment, in seconds from the beginning of the recording. */
export interface SeenFace {
  readonly at: number;
  readonly mouthOpening: number;
  /** Radians, positive to the person's left. */
  readonly yaw: number;
  readonly view: View;
}

export interface LipAgreement {
  /** Correlation of the mouth's opening with the loudness of the speech, at the delay that suits best; -1..1. */
  readonly correlation: number;
  /** Deviation of the mouth's opening, in parts of the distance from eyes to mouth. */
  readonly movement: number;
}

/** Fewer pictures say nothing about movement. */
export const FEWEST_FRAMES = 10;
/** How much later the picture may come than the sound, in seconds; cameras are slower than microphones. */
const DELAYS = { from: -0.1, to: 0.3, step: 0.04 } as const;
const RANGE = 30;
/** Of the envelope, in frames of 10 ms: a little less than a syllable. */
const SMOOTHING = 15;

/** Null with too few pictures of the mouth during the speech. */
export function lipAgreement(faces: readonly SeenFace[], sounds: Sounds): LipAgreement | null {
  const during = faces.filter(({ at }) => at >= 0 && at * FRAMES_PER_SECOND < sounds.frames);
  if (during.length < FEWEST_FRAMES) return null;
  const envelope = envelopeOf(sounds);
  // Of a small opening the change tells more.
  const openings = during.map((face) => Math.sqrt(face.mouthOpening));
  let correlation = -1;
  for (let delay = DELAYS.from; delay <= DELAYS.to; delay += DELAYS.step) {
    const heard = during.map(({ at }) => envelope[Math.round((at + delay) * FRAMES_PER_SECOND)]);
    const pairs = openings.flatMap((opening, index) => {
      const loudness = heard[index];
      return loudness === undefined ? [] : [[opening, loudness] as const];
    });
    if (pairs.length >= FEWEST_FRAMES * 0.8) correlation = Math.max(correlation, correlationOf(pairs));
  }
  return { correlation, movement: deviation(during.map((face) => face.mouthOpening)) };
}

/** 0 in pauses to 1 where it is loudest. */
function envelopeOf({ level, frames }: Sounds): Float32Array {
  const half = SMOOTHING >> 1;
  return Float32Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let near = -half; near <= half; near++)
      sum += 1 + Math.max(-RANGE, Math.min(0, level[frame + near] ?? -RANGE)) / RANGE;
    return sum / SMOOTHING;
  });
}

function correlationOf(pairs: readonly (readonly [number, number])[]): number {
  const [a, b] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
  const [ma, mb] = [mean(a), mean(b)];
  const product = mean(pairs.map(([x, y]) => (x - ma) * (y - mb)));
  return product / Math.max(1e-9, deviation(a) * deviation(b));
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
