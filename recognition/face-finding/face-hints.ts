import type { FaceQuality } from './face-quality.ts';

export type FaceHint = 'face_too_small' | 'too_dark' | 'too_bright' | 'hold_still' | 'face_turned';

/** What would make a usable image better still, as codes that a page translates. */
export function faceHints(quality: FaceQuality): FaceHint[] {
  const hints: FaceHint[] = [];
  if (quality.eyeMouthPixels < 40) hints.push('face_too_small');
  if (quality.brightness < 70) hints.push('too_dark');
  if (quality.brightness > 215) hints.push('too_bright');
  if (quality.sharpness < 0.05) hints.push('hold_still');
  if (Math.abs(quality.yaw) > 20) hints.push('face_turned');
  return hints;
}
