import { bandPass, filtered, hamming } from '../signals/band-filter.ts';
import { resample } from '../signals/resample.ts';
import { speechLevel } from '../signals/speech-level.ts';
import type { Random } from '../synthetic/random.ts';
import { adaptiveDifferential, muLaw } from './codecs.ts';

const SAMPLE_RATE = 16_000;
const TELEPHONE_RATE = 8_000;

/** What a voice goes through on its way; what is left out does nothing. */
export interface VoiceChannel {
  /** Speech reflected by a room: seconds until it has died away by 60 dB, and its power relative to the direct sound. */
  readonly room?: { readonly decaySeconds: number; readonly power: number };
  /** Added before the line, relative to the speech. `colour`: 0 white, towards 1 more and more of it low. */
  readonly noise?: { readonly snrDb: number; readonly colour: number };
  /** A telephone line: 8 kHz, a band in hertz, a codec. */
  readonly line?: { readonly low: number; readonly high: number; readonly codec: 'mu-law' | 'adaptive' };
  readonly gainDb?: number;
}

/** 16 kHz mono, -1..1, in and out, of the same length. */
export function throughChannel(
  waveform: Float32Array,
  { room, noise, line, gainDb }: VoiceChannel,
  random: Random,
): Float32Array {
  let signal = waveform;
  if (room) signal = reflected(signal, room, random);
  if (noise) signal = noisy(signal, noise, random);
  if (line) signal = telephoned(signal, line);
  return gainDb ? signal.map((sample) => clamp(sample * 10 ** (gainDb / 20))) : signal;
}

/** A room as a few dozen echoes under a falling exponential: cheap, and heard as a room. */
function reflected(
  signal: Float32Array,
  { decaySeconds, power }: NonNullable<VoiceChannel['room']>,
  random: Random,
): Float32Array {
  const echoes = Array.from({ length: 40 }, () => {
    const seconds = 0.004 + random.next() ** 1.5 * decaySeconds * 0.8;
    return {
      delay: Math.round(seconds * SAMPLE_RATE),
      gain: 10 ** ((-3 * seconds) / decaySeconds) * (random.next() < 0.5 ? -1 : 1),
    };
  });
  const energy = echoes.reduce((sum, { gain }) => sum + gain * gain, 0);
  const scale = Math.sqrt(power / energy);
  const out = Float32Array.from(signal);
  for (const { delay, gain } of echoes) {
    const part = gain * scale;
    for (let at = delay; at < out.length; at++) out[at]! += part * signal[at - delay]!;
  }
  return out;
}

function noisy(
  signal: Float32Array,
  { snrDb, colour }: NonNullable<VoiceChannel['noise']>,
  random: Random,
): Float32Array {
  let low = 0;
  const noise = signal.map(() => {
    // Sums of uniforms are normal enough, and cheaper.
    low = colour * low + (1 - colour) * (random.next() + random.next() - 1);
    return low;
  });
  const scale = (speechLevel(signal) / (level(noise) || 1)) * 10 ** (-snrDb / 20);
  return signal.map((sample, index) => clamp(sample + scale * noise[index]!));
}

function telephoned(
  signal: Float32Array,
  { low, high, codec }: NonNullable<VoiceChannel['line']>,
): Float32Array {
  // A network sets its level: a whisper does not vanish in the steps of the codec.
  const gain = 0.1 / (speechLevel(signal) || 1);
  const inBand = filtered(signal, bandPass({ low, high }, { reach: 64, window: hamming }));
  const narrow = resample(inBand, SAMPLE_RATE, TELEPHONE_RATE).map((s) => s * gain);
  const coded = codec === 'mu-law' ? muLaw(narrow) : adaptiveDifferential(narrow);
  const wide = resample(coded, TELEPHONE_RATE, SAMPLE_RATE);
  return signal.map((_, index) => clamp((wide[index] ?? 0) / gain));
}

function level(signal: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < signal.length; at++) sum += signal[at]! ** 2;
  return Math.sqrt(sum / Math.max(1, signal.length));
}

const clamp = (sample: number) => Math.max(-1, Math.min(1, sample));
