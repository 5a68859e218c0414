import { SystemError } from '@visavox/core/errors';
import type * as ort from 'onnxruntime-node';
import { floats, integers, Network } from './network.ts';

/** Samples at 16 kHz that one probability stands for. */
export const FRAME = 512;
const CONTEXT = 64;
const STATE = [2, 1, 128] as const;

/** Silero VAD v5: a small recurrent network; each frame sees the end of the one before. */
export class VoiceActivity {
  readonly #network: Network;
  readonly #sampleRate: ort.Tensor = integers([16_000], []);

  private constructor(network: Network) {
    this.#network = network;
  }

  static async load(files: ReadonlyMap<string, Uint8Array>): Promise<VoiceActivity> {
    return new VoiceActivity(await Network.load(files, 'voice-activity.onnx'));
  }

  /** The probability of speech in each frame of {@link FRAME} samples; the last one is filled up with silence. */
  async probabilities(waveform: Float32Array): Promise<Float32Array> {
    const frames = Math.ceil(waveform.length / FRAME);
    const probabilities = new Float32Array(frames);
    let state = new Float32Array(STATE[0] * STATE[1] * STATE[2]);
    for (let frame = 0; frame < frames; frame++) {
      const window = new Float32Array(CONTEXT + FRAME);
      const start = frame * FRAME - CONTEXT;
      window.set(waveform.subarray(Math.max(0, start), start + window.length), Math.max(0, -start));
      const result = await this.#network.run({
        input: floats(window, [1, window.length]),
        state: floats(state, STATE),
        sr: this.#sampleRate,
      });
      const [probability, next] = [result.get('output')?.[0], result.get('stateN')];
      if (probability === undefined || !next)
        throw new SystemError('the voice activity network gives no state');
      probabilities[frame] = probability;
      state = new Float32Array(next);
    }
    return probabilities;
  }

  release(): Promise<void> {
    return this.#network.release();
  }
}
