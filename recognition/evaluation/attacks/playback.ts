import { SAMPLE_RATE } from '../../signals/audio.ts';
import type { Random } from '../../synthetic/random.ts';

/**
 * Through a small loudspeaker, across a room and into a microphone: a band of 200 to 7000 Hz with a resonance, the echo of the
 * room, and its noise.
 */
export function throughLoudspeaker(speech: Float32Array, random: Random): Float32Array {
  const [bass, treble] = [random.between(0.02, 0.08), random.between(0.45, 0.75)];
  const delays = Array.from({ length: 24 }, () => ({
    at: Math.round(random.between(0.003, 0.18) * SAMPLE_RATE),
    gain: random.between(-1, 1),
  }));
  const played = new Float32Array(speech.length + Math.round(0.1 * SAMPLE_RATE));
  let [low, smooth] = [0, 0];
  for (let at = 0; at < speech.length; at++) {
    low += bass * (speech[at]! - low);
    smooth += treble * (speech[at]! - low - smooth);
    played[at] = smooth;
  }
  const lead = Math.round(random.between(0.05, 0.25) * SAMPLE_RATE);
  const heard = new Float32Array(played.length + lead);
  const strength = random.between(0.15, 0.4);
  for (let at = 0; at < played.length; at++) {
    heard[at + lead]! += played[at]!;
    for (const { at: delay, gain } of delays)
      if (at + lead + delay < heard.length)
        heard[at + lead + delay]! += strength * gain * Math.exp(-delay / (0.05 * SAMPLE_RATE)) * played[at]!;
  }
  const peak = heard.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) || 1;
  return heard.map((sample) => (sample / peak) * 0.5 + random.normal(0, 0.002));
}
