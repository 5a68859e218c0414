import { encodeWav, SAMPLE_RATE } from '../capture/wav.ts';

/** Four humming syllables a second with short rests: enough for the level meter, far from a voice. */
export function hum(seconds: number): Uint8Array {
  const samples = Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, index) => {
    const time = index / SAMPLE_RATE;
    const envelope = Math.max(0, Math.sin(2 * Math.PI * 2 * time)) ** 0.5;
    const tone = [130, 260, 390, 520].reduce(
      (sum, hertz, n) => sum + Math.sin(2 * Math.PI * hertz * time) / (n + 1),
      0,
    );
    return 0.16 * envelope * tone;
  });
  return encodeWav(samples);
}
