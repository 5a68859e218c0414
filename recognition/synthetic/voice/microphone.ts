import { bandPass, filtered, hamming } from '../../signals/band-filter.ts';
import { speechLevel } from '../../signals/speech-level.ts';
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
  const gain = loudness / (speechLevel(signal) || 1);
  const noise = loudness * 10 ** (-random.between(38, 41) / 20) * (conditions.includes('noisy') ? 14 : 1);
  let rumble = 0;
  return signal.map((sample) => {
    const white = random.next() * 2 - 1;
    rumble = 0.97 * rumble + 0.03 * white;
    return sample * gain + noise * (white + 6 * rumble);
  });
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

/** The band of an old telephone. */
function telephone(signal: Float32Array): Float32Array {
  return filtered(signal, bandPass({ low: 300, high: 3400 }, { reach: 48, window: hamming }));
}
