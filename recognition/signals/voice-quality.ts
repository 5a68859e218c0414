import { SAMPLE_RATE } from './audio.ts';
import { captureFault } from './capture-fault.ts';
import { highShareDb, narrowBandDb } from './high-band.ts';
import { FRAME } from './voice-activity.ts';

export interface VoiceQuality {
  readonly speechSeconds: number;
  /** Level of the speech, decibels below full scale (negative). */
  readonly loudnessDb: number;
  /** Share of the samples that lie on a cut-off top, 0..1. */
  readonly clippedFraction: number;
  /** Speech over what is heard between it; 60 where nothing is. */
  readonly snrDb: number;
  /** 0..1: how much there is to recognise. */
  readonly score: number;
}

const LIMITS = {
  /** The detector misses half of what is shouted over music; less than this of it is hardly a word. */
  speechSeconds: 0.4,
  /** However much of it is speech: a second says too little of a voice, four digits said quickly enough of it. */
  recordedSeconds: 1,
  silentDb: -60,
  quietestDb: -50,
  clippedFraction: 0.03,
} as const;

/** What probability begins speech, and down to which it goes on. */
const WIDE_BAND = { begins: 0.5, goesOn: 0.5 } as const;
/**
 * The detector learned from 16 kHz: of the same words over a line it misses soft and high sounds, and now and then a whole
 * recording. Half of the probability that begins speech keeps it going, as in Silero's own reading of its probabilities.
 */
const NARROW_BAND = { begins: 0.3, goesOn: 0.15 } as const;

/** Kept before and after the speech: soft consonants start below the detector's threshold. */
const PADDING_FRAMES = 8;
const LARGEST_SNR = 60;

/** Which frames of {@link FRAME} samples are speech, by the detector's probabilities. */
export function speechFrames(waveform: Float32Array, probabilities: Float32Array): readonly boolean[] {
  const { begins, goesOn } = highShareDb(waveform) < narrowBandDb ? NARROW_BAND : WIDE_BAND;
  let speaks = false;
  return Array.from(probabilities, (probability) => {
    speaks = probability >= (speaks ? goesOn : begins);
    return speaks;
  });
}

/** `isSpeech`: of each frame. */
export function assessVoice(waveform: Float32Array, isSpeech: readonly boolean[]): VoiceQuality {
  const speech = { power: 0, frames: 0 };
  const noise = { power: 0, frames: 0 };
  isSpeech.forEach((speaks, frame) => {
    const part = speaks ? speech : noise;
    part.power += meanSquare(waveform.subarray(frame * FRAME, (frame + 1) * FRAME));
    part.frames += 1;
  });
  const level = (part: typeof speech) => decibels(part.frames === 0 ? 0 : part.power / part.frames);
  const measured = {
    speechSeconds: (speech.frames * FRAME) / SAMPLE_RATE,
    loudnessDb: level(speech.frames > 0 ? speech : noise),
    clippedFraction: clippedFraction(waveform),
    snrDb: noise.frames < 3 ? LARGEST_SNR : Math.min(LARGEST_SNR, level(speech) - level(noise)),
  };
  return { ...measured, score: scoreOf(measured) };
}

/** Throws what the person should mend first. */
export function assertGoodVoice(quality: VoiceQuality, recordedSeconds: number): void {
  if (quality.clippedFraction > LIMITS.clippedFraction) throw captureFault('audio_clipped', { quality });
  if (quality.speechSeconds === 0 || quality.loudnessDb < LIMITS.silentDb)
    throw captureFault('silence', { quality });
  if (quality.loudnessDb < LIMITS.quietestDb) throw captureFault('speech_too_quiet', { quality });
  if (quality.speechSeconds < LIMITS.speechSeconds || recordedSeconds <= LIMITS.recordedSeconds)
    throw captureFault('speech_too_short', { quality });
}

/**
 * Cuts what lies before the first and after the last speech. What lies between stays: cutting it was no better.
 * `start`: how many samples were cut before.
 */
export function trimToSpeech(
  waveform: Float32Array,
  isSpeech: readonly boolean[],
): { waveform: Float32Array; start: number } {
  const first = isSpeech.indexOf(true);
  const last = isSpeech.lastIndexOf(true);
  if (first < 0) return { waveform, start: 0 };
  const start = Math.max(0, first - PADDING_FRAMES) * FRAME;
  const end = Math.min(waveform.length, (last + 1 + PADDING_FRAMES) * FRAME);
  return { waveform: waveform.slice(start, end), start };
}

/** Three samples or more in a row at the recording's own ceiling: a wave that was cut off, not one that peaks. */
function clippedFraction(waveform: Float32Array): number {
  let peak = 0;
  for (let at = 0; at < waveform.length; at++) peak = Math.max(peak, Math.abs(waveform[at]!));
  if (peak < 0.25) return 0;
  const ceiling = peak * 0.995;
  let clipped = 0;
  let run = 0;
  for (let at = 0; at < waveform.length; at++) {
    run = Math.abs(waveform[at]!) >= ceiling ? run + 1 : 0;
    if (run === 3) clipped += 3;
    else if (run > 3) clipped += 1;
  }
  return clipped / waveform.length;
}

function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += samples[at]! * samples[at]!;
  return samples.length === 0 ? 0 : sum / samples.length;
}

function decibels(power: number): number {
  return 10 * Math.log10(Math.max(power, 1e-10));
}

function scoreOf(quality: Omit<VoiceQuality, 'score'>): number {
  const ramp = (value: number, zero: number, one: number) =>
    Math.min(1, Math.max(0, (value - zero) / (one - zero)));
  return (
    ramp(quality.speechSeconds, 0, 2) *
    ramp(quality.snrDb, 0, 15) ** 0.5 *
    ramp(quality.loudnessDb, LIMITS.quietestDb, -35) ** 0.5 *
    ramp(-quality.clippedFraction, -LIMITS.clippedFraction, 0) ** 0.5
  );
}
