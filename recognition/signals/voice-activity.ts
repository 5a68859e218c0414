import { SystemError } from '@visavox/core/errors';
import { Network } from '@visavox/serving/onnx-network';

/** Samples at 16 kHz that one probability stands for. */
export const FRAME = 512;
/** Samples of the frame before that each frame sees. */
const CONTEXT = 64;

/** Silero VAD v5 over a whole recording: `recognition/training/visavox_training/voice_activity.py` tells how it is built. */
export class VoiceActivity {
  readonly #network: Network;

  private constructor(network: Network) {
    this.#network = network;
  }

  static async load(files: ReadonlyMap<string, Uint8Array>): Promise<VoiceActivity> {
    return new VoiceActivity(await Network.load(files, 'voice-activity.onnx'));
  }

  /** The probability of speech in each frame of {@link FRAME} samples; the last one is filled up with silence. */
  async probabilities(waveform: Float32Array): Promise<Float32Array> {
    const frames = Math.ceil(waveform.length / FRAME);
    if (frames === 0) return new Float32Array(0);
    const width = CONTEXT + FRAME;
    const windows = new Float32Array(frames * width);
    for (let frame = 0; frame < frames; frame++) {
      const start = frame * FRAME - CONTEXT;
      const window = waveform.subarray(Math.max(0, start), start + width);
      windows.set(window, frame * width + Math.max(0, -start));
    }
    const probabilities = await this.#network.map(windows, [frames, width]);
    if (probabilities.length !== frames)
      throw new SystemError(`the voice activity network answers ${probabilities.length} of ${frames} frames`);
    return probabilities;
  }

  release(): Promise<void> {
    return this.#network.release();
  }
}
