import { FRAMES_PER_SECOND, type Sounds } from './challenge-sounds.ts';
import type { View } from './face-view.ts';

/** A face at a moment, in seconds from the beginning of the recording. */
export interface SeenFace {
  readonly at: number;
  readonly mouthOpening: number;
  /** Radians, positive to the person's left. */
  readonly yaw: number;
  readonly view: View;
  /** As in FaceGeometry. */
  readonly lips: Float32Array;
  readonly lids: number;
}

export interface LipAgreement {
  /**
   * Correlation with the loudness of the speech, at the delay that suits best, -1..1: of the mouth's opening, or of how far its
   * shape is from how it rests in the pauses, whichever is higher. Some people speak with the one, some with the other.
   */
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

/** Below, of the envelope, it is quiet; and so many pictures have to be of pauses, or the mouth's rest is its usual shape. */
const QUIET = 0.12;
const FEWEST_AT_REST = 4;

/** Null with too few pictures of the mouth during the speech. */
export function lipAgreement(faces: readonly SeenFace[], sounds: Sounds): LipAgreement | null {
  const during = faces.filter(({ at }) => at >= 0 && at * FRAMES_PER_SECOND < sounds.frames);
  if (during.length < FEWEST_FRAMES) return null;
  const envelope = envelopeOf(sounds);
  let correlation = -1;
  for (let delay = DELAYS.from; delay <= DELAYS.to; delay += DELAYS.step) {
    const heard = during.flatMap((face) => {
      const loudness = envelope[Math.round((face.at + delay) * FRAMES_PER_SECOND)];
      return loudness === undefined ? [] : [{ face, loudness }];
    });
    if (heard.length < FEWEST_FRAMES * 0.8) continue;
    const loudness = heard.map((one) => one.loudness);
    const quiet = heard.filter((one) => one.loudness < QUIET);
    const rest = medianShape((quiet.length >= FEWEST_AT_REST ? quiet : heard).map(({ face }) => face.lips));
    // Of a small opening the change tells more.
    const openings = heard.map(({ face }) => Math.sqrt(face.mouthOpening));
    const away = heard.map(({ face }) => Math.sqrt(distance(face.lips, rest)));
    correlation = Math.max(correlation, correlationOf(openings, loudness), correlationOf(away, loudness));
  }
  return { correlation, movement: deviation(during.map((face) => face.mouthOpening)) };
}

function medianShape(shapes: readonly Float32Array[]): Float32Array {
  return Float32Array.from(shapes[0] ?? [], (_, at) => median(shapes.map((shape) => shape[at]!)));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function distance(one: Float32Array, other: Float32Array): number {
  let squares = 0;
  for (let at = 0; at < one.length; at++) squares += (one[at]! - other[at]!) ** 2;
  return Math.sqrt(squares);
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

function correlationOf(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const product = mean(a.map((value, index) => (value - ma) * (b[index]! - mb)));
  return product / Math.max(1e-9, deviation(a) * deviation(b));
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
