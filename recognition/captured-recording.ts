import type { Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { Modality } from './bundle-parts.ts';
import { measuresOfFace, measuresOfVoice, takenWorse } from './capture-conditions.ts';
import type { FaceCapture, Recogniser, Signals, VoiceCapture } from './recogniser.ts';

/** What a backbone makes of a capture, and of copies of it as other conditions would have spoiled it. */
export interface CapturedRecording {
  /** What its conditions are told by. */
  measured(): Float32Array;
  features(): Promise<Float32Array>;
  copy(condition: string): Promise<Float32Array>;
  /** Of the copy that stands beside it in a template; none where this model's templates have none, or it needs none. */
  copiesForTemplate(): Promise<Float32Array[]>;
}

type Networks = Pick<
  Recogniser,
  'faceFeatures' | 'voiceFeatures' | 'copiedFaceFeatures' | 'copiedVoiceFeatures' | 'enrolledCondition'
>;

/** A recording that cannot be used is a capture fault. */
export async function capturedRecording(
  recogniser: Networks & { readonly signals: Pick<Signals, 'captureFace' | 'captureVoice'> },
  { modality, digest, bytes }: { modality: Modality; digest: Digest; bytes: Uint8Array },
): Promise<CapturedRecording> {
  const { signals } = recogniser;
  return modality === 'face'
    ? capturedFace(recogniser, await signals.captureFace(bytes), digest)
    : capturedVoice(recogniser, await signals.captureVoice(bytes), digest);
}

/** `sample` decides how its copies come out. */
export function capturedFace(recogniser: Networks, capture: FaceCapture, sample: Digest): CapturedRecording {
  const features = async () => {
    const [one] = await recogniser.faceFeatures([capture]);
    if (!one) throw new SystemError('the face network answered nothing');
    return one;
  };
  const copy = (condition: string) => recogniser.copiedFaceFeatures(capture, sample, condition);
  const measured = () => measuresOfFace(capture);
  const condition = recogniser.enrolledCondition('face', sample);
  return { measured, features, copy, copiesForTemplate: copies('face', { copy, measured, condition }) };
}

export function capturedVoice(
  recogniser: Networks,
  capture: VoiceCapture,
  sample: Digest,
): CapturedRecording {
  const features = () => recogniser.voiceFeatures(capture);
  const copy = (condition: string) => recogniser.copiedVoiceFeatures(capture, sample, condition);
  const measured = () => measuresOfVoice(capture);
  const condition = recogniser.enrolledCondition('voice', sample);
  return { measured, features, copy, copiesForTemplate: copies('voice', { copy, measured, condition }) };
}

function copies(
  modality: Modality,
  {
    copy,
    measured,
    condition,
  }: Pick<CapturedRecording, 'copy' | 'measured'> & { readonly condition: string | null },
): CapturedRecording['copiesForTemplate'] {
  return async () => (condition === null || takenWorse(modality, measured()) ? [] : [await copy(condition)]);
}
