import { SAMPLE_RATE } from '../../signals/audio.ts';

const HOP = SAMPLE_RATE / 100;

/** How loud a sound is at a moment, in milliseconds: 0 in pauses to 1 where it is loudest, over a syllable. */
export function loudnessAt(sound: Float32Array): (time: number) => number {
  const powers = Float32Array.from({ length: Math.ceil(sound.length / HOP) }, (_, frame) => {
    let power = 0;
    for (let at = frame * HOP; at < Math.min(sound.length, (frame + 1) * HOP); at++) power += sound[at]! ** 2;
    return Math.sqrt(power / HOP);
  });
  const smooth = powers.map((_, frame) => {
    let sum = 0;
    for (let near = -4; near <= 4; near++) sum += powers[frame + near] ?? 0;
    return sum / 9;
  });
  const top = smooth.toSorted()[Math.floor(smooth.length * 0.97)] || 1;
  return (time) => Math.min(1, (smooth[Math.round(time / 10)] ?? 0) / top) ** 0.6;
}
