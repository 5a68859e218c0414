import type { FaceCapture, VoiceCapture } from '../signals/signals.ts';
import { throughCameraAtSize } from './camera.ts';
import { cameraOf, channelOf } from './copies.ts';
import { throughChannel } from './voice-channel.ts';

/** A face as a worse camera would have taken it. The recording and the condition decide everything. */
export async function copiedFace(
  capture: FaceCapture,
  sample: string,
  condition: string,
): Promise<FaceCapture> {
  const { camera, random } = cameraOf(sample, condition);
  const side = Math.sqrt(capture.crop.length / 3);
  const picture = { width: side, height: side, data: capture.crop };
  return { ...capture, crop: await throughCameraAtSize(picture, camera, random) };
}

/** An utterance as it would have come over a worse line, or out of a worse place. */
export function copiedVoice(capture: VoiceCapture, sample: string, condition: string): VoiceCapture {
  const { channel, random } = channelOf(sample, condition);
  return { ...capture, waveform: throughChannel(capture.waveform, channel, random) };
}
