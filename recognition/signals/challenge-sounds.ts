import { SystemError } from '@visavox/core/errors';
import { floats, Network } from '@visavox/serving/onnx-network';

const BANDS = 40;
const COEFFICIENTS = 13;
/** Numbers that describe 20 ms: cepstral coefficients and how they change. */
export const FEATURES = COEFFICIENTS * 2;
/** Quieter than the loudest by so many decibels is a pause. */
const SPEECH_RANGE = 30;
export const FRAMES_PER_SECOND = 100;

/** What was said, every 10 ms. */
export interface Sounds {
  readonly frames: number;
  /** Rows of {@link FEATURES}, of mean 0 and deviation 1 over the speech of the recording. */
  readonly features: Float32Array;
  /** Decibels below the loudest. */
  readonly level: Float32Array;
  readonly speech: Uint8Array;
  /** Logarithms of mel power, rows of 40. */
  readonly spectrum: Float32Array;
}

/** What words are compared by, from the spectrum of a waveform. */
export class ChallengeSounds {
  readonly #network: Network;

  private constructor(network: Network) {
    this.#network = network;
  }

  static async load(files: ReadonlyMap<string, Uint8Array>): Promise<ChallengeSounds> {
    return new ChallengeSounds(await Network.load(files, 'speech-spectrum.onnx'));
  }

  /** `waveform`: 16 kHz mono, -1..1. */
  async hear(waveform: Float32Array): Promise<Sounds> {
    const result = await this.#network.run({ waveform: floats(waveform, [1, waveform.length]) });
    const spectrum = result.get('spectrum');
    if (!spectrum) throw new SystemError('speech-spectrum.onnx gives no spectrum');
    return { ...describe(spectrum), spectrum };
  }

  release(): Promise<void> {
    return this.#network.release();
  }
}

const COSINES = Array.from({ length: COEFFICIENTS }, (_, order) =>
  Float32Array.from({ length: BANDS }, (_, band) => Math.cos((Math.PI * (band + 0.5) * order) / BANDS)),
);

function describe(spectrum: Float32Array): Pick<Sounds, 'frames' | 'features' | 'level' | 'speech'> {
  const frames = spectrum.length / BANDS;
  const level = levels(spectrum, frames);
  const speech = Uint8Array.from(level, (decibels) => Number(decibels > -SPEECH_RANGE));
  const features = cepstra(spectrum, frames);
  addChanges(features, frames);
  for (let column = 0; column < FEATURES; column++) standardise(features, speech, column);
  return { frames, features, level, speech };
}

/** Fills the first half of each row of {@link FEATURES}. */
function cepstra(spectrum: Float32Array, frames: number): Float32Array {
  const features = new Float32Array(frames * FEATURES);
  for (let frame = 0; frame < frames; frame++) {
    for (let order = 0; order < COEFFICIENTS; order++) {
      const wave = COSINES[order]!;
      let sum = 0;
      for (let band = 0; band < BANDS; band++) sum += wave[band]! * spectrum[frame * BANDS + band]!;
      features[frame * FEATURES + order] = sum;
    }
  }
  return features;
}

/** Fills the second half of each row with how the first changes around it. */
function addChanges(features: Float32Array, frames: number): void {
  const last = frames - 1;
  for (let frame = 0; frame < frames; frame++) {
    const before = Math.max(0, frame - 1) * FEATURES;
    const after = Math.min(last, frame + 1) * FEATURES;
    const longBefore = Math.max(0, frame - 2) * FEATURES;
    const longAfter = Math.min(last, frame + 2) * FEATURES;
    for (let order = 0; order < COEFFICIENTS; order++) {
      features[frame * FEATURES + COEFFICIENTS + order] =
        (features[after + order]! -
          features[before + order]! +
          2 * (features[longAfter + order]! - features[longBefore + order]!)) /
        10;
    }
  }
}

/** Decibels below the 95th percentile, over three frames. */
function levels(spectrum: Float32Array, frames: number): Float32Array {
  const raw = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let power = 0;
    for (let band = 0; band < BANDS; band++) power += Math.exp(spectrum[frame * BANDS + band]!);
    raw[frame] = 10 * Math.log10(power);
  }
  const smooth = raw.map(
    (value, frame) => ((raw[frame - 1] ?? value) + value + (raw[frame + 1] ?? value)) / 3,
  );
  const top = smooth.toSorted()[Math.floor(frames * 0.95)] ?? 0;
  return smooth.map((value) => value - top);
}

function standardise(features: Float32Array, speech: Uint8Array, column: number): void {
  let [sum, squares, count] = [0, 0, 0];
  for (let frame = 0; frame < speech.length; frame++) {
    if (!speech[frame]) continue;
    const value = features[frame * FEATURES + column]!;
    sum += value;
    squares += value * value;
    count += 1;
  }
  const mean = sum / Math.max(1, count);
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean)) + 1e-3;
  for (let at = column; at < features.length; at += FEATURES)
    features[at] = (features[at]! - mean) / deviation;
}
