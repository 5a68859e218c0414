import type { Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { FaceCapture, Recogniser, VoiceCapture } from './recogniser.ts';

/** What a backbone makes of a capture, and of copies of it as other conditions would have spoiled it. */
export interface CapturedRecording {
  features(): Promise<Float32Array>;
  copy(condition: string): Promise<Float32Array>;
}

/** `sample` decides how its copies come out. */
export function capturedFace(
  recogniser: Recogniser,
  capture: FaceCapture,
  sample: Digest,
): CapturedRecording {
  return {
    features: async () => {
      const [one] = await recogniser.faceFeatures([capture]);
      if (!one) throw new SystemError('the face network answered nothing');
      return one;
    },
    copy: (condition) => recogniser.copiedFaceFeatures(capture, sample, condition),
  };
}

export function capturedVoice(
  recogniser: Recogniser,
  capture: VoiceCapture,
  sample: Digest,
): CapturedRecording {
  return {
    features: () => recogniser.voiceFeatures(capture),
    copy: (condition) => recogniser.copiedVoiceFeatures(capture, sample, condition),
  };
}
