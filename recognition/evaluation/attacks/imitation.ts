import { SAMPLE_RATE } from '../../signals/audio.ts';
import { filtered } from '../../signals/band-filter.ts';
import { resample } from '../../signals/resample.ts';
import { dot, meanDirection } from '../../signals/vectors.ts';
import { Random } from '../../synthetic/random.ts';
import { speak } from '../../synthetic/voice/speak.ts';
import { drawVoice } from '../../synthetic/voice/traits.ts';

/** What a speaker network makes of a waveform: the attacker has the published one too. */
export type EmbedVoice = (waveform: Float32Array) => Promise<Float32Array>;

const SYNTHESISER_SEED = 91_000;

/**
 * A formant synthesiser that is fitted to recordings of somebody: their pitch and their long-term spectrum, and of so many
 * tracts the one that the speaker network takes for theirs most readily.
 */
export async function fittedSynthesiser(
  recordings: readonly Float32Array[],
  embed: EmbedVoice,
  voices = 24,
): Promise<(digits: string, random: Random) => Float32Array> {
  const target = meanDirection(await Promise.all(recordings.map(embed)));
  const pitch = medianPitch(recordings);
  const levels = bandLevels(recordings);
  let best: { score: number; say: (digits: string, random: Random) => Float32Array } | undefined;
  for (let index = 0; index < voices; index++) {
    const drawn = drawVoice(SYNTHESISER_SEED, index);
    const traits = { ...drawn, pitch: pitch ?? drawn.pitch };
    const say = (digits: string, random: Random) => coloured(speak(traits, digits, random), levels);
    const tried = say('40718352', new Random('synthesiser', index));
    const score = dot(target, meanDirection([await embed(tried)]));
    if (!best || score > best.score) best = { score, say };
  }
  if (!best) throw new TypeError('no voice was tried');
  return best.say;
}

/** Somebody else's speech, its pitch and its long-term spectrum brought to those of the recordings. */
export function converted(speech: Float32Array, recordings: readonly Float32Array[]): Float32Array {
  const [own, wanted] = [medianPitch([speech]), medianPitch(recordings)];
  const ratio = own && wanted ? Math.max(0.75, Math.min(1.33, wanted / own)) : 1;
  // Played faster, everything is higher.
  const shifted = resample(speech, Math.round(SAMPLE_RATE * ratio), SAMPLE_RATE);
  return coloured(shifted, bandLevels(recordings));
}

const PITCH_WINDOW = SAMPLE_RATE * 0.04;
const [HIGHEST_PITCH, LOWEST_PITCH] = [350, 70];

/** In Hz, by autocorrelation of windows of 40 ms; null where hardly any is voiced. */
export function medianPitch(recordings: readonly Float32Array[]): number | null {
  const pitches: number[] = [];
  for (const speech of recordings)
    for (let at = 0; at + 2 * PITCH_WINDOW <= speech.length; at += PITCH_WINDOW) {
      const lag = period(speech.subarray(at, at + 2 * PITCH_WINDOW));
      if (lag !== null) pitches.push(SAMPLE_RATE / lag);
    }
  return pitches.length < 5 ? null : pitches.sort((a, b) => a - b)[pitches.length >> 1]!;
}

function period(window: Float32Array): number | null {
  const correlation = (lag: number) => {
    let [product, before, after] = [0, 0, 0];
    for (let at = 0; at < PITCH_WINDOW; at++) {
      product += window[at]! * window[at + lag]!;
      before += window[at]! ** 2;
      after += window[at + lag]! ** 2;
    }
    return product / (Math.sqrt(before * after) + 1e-6);
  };
  let best = { lag: 0, value: 0.6 };
  for (let lag = Math.ceil(SAMPLE_RATE / HIGHEST_PITCH); lag <= SAMPLE_RATE / LOWEST_PITCH; lag++) {
    const value = correlation(lag);
    // Twice the period fits as well: the shorter one counts unless the longer is clearly better.
    if (value > best.value + (best.lag ? 0.03 : 0)) best = { lag, value };
  }
  return best.lag || null;
}

const WINDOW = 256;
const BANDS = WINDOW / 2 + 1;

/** Mean power at multiples of 62.5 Hz. */
export function bandLevels(recordings: readonly Float32Array[]): Float64Array {
  const powers = new Float64Array(BANDS);
  let windows = 0;
  for (const speech of recordings)
    for (let at = 0; at + WINDOW <= speech.length; at += WINDOW, windows++)
      for (let band = 0; band < BANDS; band++) {
        let [real, imaginary] = [0, 0];
        for (let n = 0; n < WINDOW; n++) {
          const value = speech[at + n]! * HANN[n]!;
          real += value * COSINES[(band * n) % WINDOW]!;
          imaginary += value * COSINES[(band * n + WINDOW / 4) % WINDOW]!;
        }
        powers[band]! += real * real + imaginary * imaginary;
      }
  return powers.map((power) => power / Math.max(1, windows));
}

const turn = (2 * Math.PI) / WINDOW;
const HANN = Float64Array.from({ length: WINDOW }, (_, n) => 0.5 - 0.5 * Math.cos(turn * n));
const COSINES = Float64Array.from({ length: WINDOW }, (_, n) => Math.cos(turn * n));
/** A gain of more than 20 dB makes noise of what is hardly there. */
const MOST_GAIN = 10;

/** With the long-term spectrum that is wanted, by a filter of linear phase. */
export function coloured(speech: Float32Array, wanted: Float64Array): Float32Array {
  const own = bandLevels([speech]);
  const gains = wanted.map((power, band) => {
    const gain = Math.sqrt((power + 1e-12) / (own[band]! + 1e-12));
    return Math.max(1 / MOST_GAIN, Math.min(MOST_GAIN, gain));
  });
  const taps = Float64Array.from({ length: WINDOW }, (_, n) => {
    let sum = 0;
    for (let band = 0; band < BANDS; band++) {
      const twice = band === 0 || band === BANDS - 1 ? 1 : 2;
      sum += twice * gains[band]! * COSINES[(band * Math.abs(n - WINDOW / 2)) % WINDOW]!;
    }
    return (sum / WINDOW) * HANN[n]!;
  });
  return filtered(speech, taps);
}
