/** What can be told of a frame without looking for a face in it. Luma is 0..255 (Rec. 601). */
export interface FrameMeasures {
  /** Mean luma inside the oval. */
  readonly brightness: number;
  /** Mean luma outside the oval. */
  readonly surround: number;
  /** Standard deviation of the luma inside the oval. */
  readonly contrast: number;
  /** Mean absolute difference from the frame before, 0 where there is none. */
  readonly motion: number;
}

export type FrameHint = 'too_dark' | 'too_bright' | 'light_behind' | 'hold_still';

export function lumaOf(rgba: Uint8ClampedArray): Float32Array {
  const luma = new Float32Array(rgba.length / 4);
  for (let index = 0; index < luma.length; index++) {
    const at = index * 4;
    luma[index] = 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
  }
  return luma;
}

/** @param luma width x height values, row by row; the oval is the middle of the frame. */
export function measureFrame(luma: Float32Array, width: number, before: Float32Array | null): FrameMeasures {
  const height = luma.length / width;
  let inside = 0;
  let insideSquares = 0;
  let insideCount = 0;
  let outside = 0;
  let difference = 0;
  for (const [index, value] of luma.entries()) {
    const x = ((index % width) + 0.5) / width - 0.5;
    const y = (Math.floor(index / width) + 0.5) / height - 0.44;
    if ((x / 0.3) ** 2 + (y / 0.3) ** 2 <= 1) {
      inside += value;
      insideSquares += value * value;
      insideCount++;
    } else outside += value;
    if (before) difference += Math.abs(value - (before[index] ?? value));
  }
  const mean = inside / Math.max(1, insideCount);
  return {
    brightness: mean,
    surround: outside / Math.max(1, luma.length - insideCount),
    contrast: Math.sqrt(Math.max(0, insideSquares / Math.max(1, insideCount) - mean * mean)),
    motion: before ? difference / luma.length : 0,
  };
}

export function frameHint(measures: FrameMeasures): FrameHint | null {
  if (measures.brightness < 42) return measures.surround > 140 ? 'light_behind' : 'too_dark';
  if (measures.brightness > 225 && measures.contrast < 28) return 'too_bright';
  if (measures.surround - measures.brightness > 95) return 'light_behind';
  if (measures.motion > 16) return 'hold_still';
  return null;
}

/**
 * Whether the face fills the oval. An adult's eyes and mouth are apart by about two fifths of the face's height,
 * and the oval is 0.6 of the frame high.
 */
export function distanceHint(
  eyeMouthPixels: number | undefined,
  frameHeight: number,
): 'face_too_small' | 'face_too_large' | null {
  if (eyeMouthPixels === undefined) return null;
  const share = eyeMouthPixels / frameHeight;
  if (share < 0.075) return 'face_too_small';
  if (share > 0.33) return 'face_too_large';
  return null;
}
