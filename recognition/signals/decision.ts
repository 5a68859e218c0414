import type { DecisionRule } from './current-calibration.ts';

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
 * Two proofs: face and voice each reach a threshold of their own, and their sum reaches that of both together. However
 * clear one of them is, it does not make up for the other. `step_up` where the sum is close, for the record: which of
 * both it is tells nobody but operators how near an attempt came.
 */
export function decide({ face, voice, fused }: Evidence, rule: DecisionRule): Decision {
  const both = face !== null && voice !== null && face >= rule.face && voice >= rule.voice;
  if (both && fused >= rule.threshold) return 'accept';
  return face !== null && fused >= rule.stepUp ? 'step_up' : 'reject';
}
