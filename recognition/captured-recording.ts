import { SystemError } from '@visavox/core/errors';
import { throughCameraAtSize } from './augmentation/camera.ts';
import { cameraOf, channelOf } from './augmentation/copies.ts';
import { throughChannel } from './augmentation/voice-channel.ts';
import type { FaceCapture, Recogniser, VoiceCapture } from './recogniser.ts';
import { FACE_CROP } from './signals/face-alignment.ts';

/** What a backbone makes of a capture, and of copies of it as other conditions would have spoiled it. */
export interface CapturedRecording {
  features(): Promise<Float32Array>;
  copy(condition: string): Promise<Float32Array>;
}

/** `sample` decides how its copies come out. */
export function capturedFace(
  recogniser: Recogniser,
  capture: FaceCapture,
  sample: string,
): CapturedRecording {
  const features = async (crop: Uint8Array) => {
    const [one] = await recogniser.faceFeatures([{ ...capture, crop }]);
    if (!one) throw new SystemError('the face network answered nothing');
    return one;
  };
  return {
    features: () => features(capture.crop),
    copy: async (condition) => {
      const { camera, random } = cameraOf(sample, condition);
      const picture = { width: FACE_CROP, height: FACE_CROP, data: capture.crop };
      return features(await throughCameraAtSize(picture, camera, random));
    },
  };
}

export function capturedVoice(
  recogniser: Recogniser,
  capture: VoiceCapture,
  sample: string,
): CapturedRecording {
  return {
    features: () => recogniser.voiceFeatures(capture),
    copy: (condition) => {
      const { channel, random } = channelOf(sample, condition);
      const waveform = throughChannel(capture.waveform, channel, random);
      return recogniser.voiceFeatures({ ...capture, waveform });
    },
  };
}
