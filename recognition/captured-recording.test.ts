import { digestOf } from '@visavox/core/digest';
import { describe, expect, test } from 'vitest';
import { throughChannel } from './augmentation/voice-channel.ts';
import { capturedFace, capturedVoice } from './captured-recording.ts';
import type { FaceCapture, VoiceCapture } from './recogniser.ts';
import { Random } from './synthetic/random.ts';

const sample = digestOf('a recording');
/** A model whose templates are made of copies too; its networks say what they were given. */
const networks = {
  enrolledCondition: () => 'telephone',
  faceFeatures: async () => [Float32Array.of(0)],
  voiceFeatures: async () => Float32Array.of(0),
  copiedFaceFeatures: async () => Float32Array.of(1),
  copiedVoiceFeatures: async () => Float32Array.of(1),
};

/** Half a second of two tones, one of them higher than a telephone carries. */
const speech = Float32Array.from({ length: 8000 }, (_, at) =>
  [300, 5500].reduce((sum, hertz) => sum + 0.1 * Math.sin((2 * Math.PI * hertz * at) / 16_000), 0),
);
const voice = (waveform: Float32Array): VoiceCapture => ({
  waveform,
  startSeconds: 0,
  quality: { snrDb: 30, speechSeconds: 0.5, loudnessDb: -20, clippedFraction: 0, score: 1 },
});
const face = (brightness: number): FaceCapture => ({
  crop: new Uint8Array(30 * 30 * 3).fill(brightness),
  quality: { brightness, sharpness: 1, yaw: 0, roll: 0, eyeMouthPixels: 60, margin: 0.3, score: 1 },
});

describe('where templates are made of copies', () => {
  test('a clear recording has one beside it', async () => {
    expect(await capturedVoice(networks, voice(speech), sample).copiesForTemplate()).toHaveLength(1);
    expect(await capturedFace(networks, face(140), sample).copiesForTemplate()).toHaveLength(1);
  });

  test('what came over a telephone, or from a dim camera, has none', async () => {
    const line = { low: 300, high: 3400, codec: 'mu-law' } as const;
    const call = voice(throughChannel(speech, { line }, new Random('call')));
    expect(await capturedVoice(networks, call, sample).copiesForTemplate()).toEqual([]);
    expect(await capturedFace(networks, face(30), sample).copiesForTemplate()).toEqual([]);
  });

  test('there is none where templates are not', async () => {
    const plain = { ...networks, enrolledCondition: () => null };
    expect(await capturedVoice(plain, voice(speech), sample).copiesForTemplate()).toEqual([]);
  });
});
