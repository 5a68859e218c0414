import type { Condition } from '../condition.ts';
import type { Random } from '../random.ts';

/** Puts speech into a room and through a microphone: level, a little noise and colour; and what spoils it. */
export function recordVoice(
  speech: Float32Array,
  random: Random,
  conditions: readonly Condition[],
): Float32Array {
  let signal = coloured(speech, random.normal(0, 0.015));
  if (conditions.includes('telephone')) signal = telephone(signal);
  const loudness = 10 ** (random.between(-24, -19) / 20);
  const gain = loudness / (activeLevel(signal) || 1);
  const noise = loudness * 10 ** (-random.between(38, 41) / 20) * (conditions.includes('noisy') ? 14 : 1);
  let rumble = 0;
  return signal.map((sample) => {
    const white = random.next() * 2 - 1;
    rumble = 0.97 * rumble + 0.03 * white;
    return sample * gain + noise * (white + 6 * rumble);
  });
}

/** Root mean square of the louder half of 20-ms windows. */
function activeLevel(signal: Float32Array): number {
  const powers: number[] = [];
  for (let at = 0; at + 320 <= signal.length; at += 320) {
    let power = 0;
    for (const sample of signal.subarray(at, at + 320)) power += sample * sample;
    powers.push(power / 320);
  }
  const loud = powers.sort((a, b) => b - a).slice(0, Math.ceil(powers.length / 2));
  return Math.sqrt(loud.reduce((sum, power) => sum + power, 0) / Math.max(1, loud.length));
}

/** A first-order tilt of the spectrum: positive is brighter. */
function coloured(signal: Float32Array, tilt: number): Float32Array {
  let before = 0;
  return signal.map((sample) => {
    const out = sample - tilt * before;
    before = sample;
    return out;
  });
}

/** The band of an old telephone, 300 to 3400 Hz, by windowed-sinc filters. */
function telephone(signal: Float32Array): Float32Array {
  const reach = 48;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const at = index - reach;
    const low = (cut: number) =>
      at === 0 ? (2 * cut) / 16_000 : Math.sin((2 * Math.PI * cut * at) / 16_000) / (Math.PI * at);
    return (low(3400) - low(300)) * (0.54 + 0.46 * Math.cos((Math.PI * at) / reach));
  });
  return signal.map((_, centre) => {
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * (signal[centre + tap - reach] ?? 0);
    return sum;
  });
}
