import type { FaceQuality, VoiceQuality } from '../recogniser-port.ts';

/** What would make a usable image better still, as codes that a page translates. */
export function faceHints(quality: FaceQuality): string[] {
  return [
    ...(quality.eyeMouthPixels < 40 ? ['face_too_small'] : []),
    ...(quality.brightness < 70 ? ['too_dark'] : []),
    ...(quality.brightness > 215 ? ['too_bright'] : []),
    ...(quality.sharpness < 0.05 ? ['hold_still'] : []),
    ...(Math.abs(quality.yaw) > 20 ? ['face_turned'] : []),
  ];
}

export function voiceHints(quality: VoiceQuality): string[] {
  return [
    ...(quality.speechSeconds < 2 ? ['speech_too_short'] : []),
    ...(quality.loudnessDb < -38 ? ['voice_too_quiet'] : []),
    ...(quality.clippedFraction > 0.005 ? ['voice_too_loud'] : []),
    ...(quality.snrDb < 12 ? ['too_noisy'] : []),
  ];
}
