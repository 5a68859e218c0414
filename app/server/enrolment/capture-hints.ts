import type { VoiceQuality } from '../recogniser-port.ts';

/** What would make a usable recording better still, as codes that a page translates. */
export function voiceHints(quality: VoiceQuality): string[] {
  return [
    ...(quality.speechSeconds < 2 ? ['speech_too_short'] : []),
    ...(quality.loudnessDb < -38 ? ['voice_too_quiet'] : []),
    ...(quality.clippedFraction > 0.005 ? ['voice_too_loud'] : []),
    ...(quality.snrDb < 12 ? ['too_noisy'] : []),
  ];
}
