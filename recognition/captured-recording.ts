import type { Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { Modality } from './bundle-parts.ts';
import type { FaceCapture, Recogniser, Signals, VoiceCapture } from './recogniser.ts';

/** What a backbone makes of a capture, and of copies of it as other conditions would have spoiled it. */
export interface CapturedRecording {
  features(): Promise<Float32Array>;
  copy(condition: string): Promise<Float32Array>;
  /** Of the copy that stands beside it in a template; none where this model's templates have none. */
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
  return { features, copy, copiesForTemplate: copies(copy, recogniser.enrolledCondition('face', sample)) };
}

export function capturedVoice(
  recogniser: Networks,
  capture: VoiceCapture,
  sample: Digest,
): CapturedRecording {
  const features = () => recogniser.voiceFeatures(capture);
  const copy = (condition: string) => recogniser.copiedVoiceFeatures(capture, sample, condition);
  return { features, copy, copiesForTemplate: copies(copy, recogniser.enrolledCondition('voice', sample)) };
}

function copies(copy: CapturedRecording['copy'], condition: string | null): () => Promise<Float32Array[]> {
  return async () => (condition === null ? [] : [await copy(condition)]);
}
