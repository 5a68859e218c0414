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

/**
 * Accepts what reaches the threshold with a face and a voice that both were there, the face speaking for the
 * person by itself. Asks for more (`step_up`) where it is close, or where one modality alone would decide.
 */
export function decide(evidence: Evidence, { threshold, stepUp }: Calibration['decision']): Decision {
  if (evidence.face === null || evidence.fused < stepUp) return 'reject';
  const both = evidence.voice !== null && evidence.face > 0;
  return both && evidence.fused >= threshold ? 'accept' : 'step_up';
}
