import type { Calibration } from './calibration.ts';

/** Natural-log likelihood ratios: how much more likely the recordings are if it is the person than if it is someone else. */
export interface Evidence {
  readonly face: number | null;
  readonly voice: number | null;
  /** The sum; a modality that is missing adds nothing. */
  readonly fused: number;
}

export type Decision = 'accept' | 'reject' | 'step_up';

export function fuse(face: number | null, voice: number | null): Evidence {
  return { face, voice, fused: (face ?? 0) + (voice ?? 0) };
}

/** What each modality has to say by itself, so that a photograph with a stranger's voice, or a voice alone, is not enough. */
const LEAST = { face: 0, voice: -1.5 } as const;

/**
 * Accepts what reaches the threshold with a face that speaks for the person and a voice that does not clearly
 * speak against it. Asks for more (`step_up`) where it is close, or where one modality alone would decide.
 */
export function decide(
  { face, voice, fused }: Evidence,
  { threshold, stepUp }: Calibration['decision'],
): Decision {
  if (face === null || fused < stepUp) return 'reject';
  const both = face > LEAST.face && voice !== null && voice > LEAST.voice;
  return both && fused >= threshold ? 'accept' : 'step_up';
}
