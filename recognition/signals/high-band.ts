import { bandPass, blackman } from './band-filter.ts';

/** Below it a recording came over a line of 8 kHz, or a codec that cuts off where such a line does. */
export const narrowBandDb = -38;

const REACH = 40;
/** The band that a telephone does not carry. */
const HIGH_BAND = bandPass({ low: 4600, high: 7500 }, { reach: REACH, window: blackman });

/**
 * Energy from 4.2 kHz to 7.5 kHz relative to all, in decibels, of 16 kHz mono: of the louder half of windows of 20 ms, so that
 * pauses do not count.
 */
export function highShareDb(waveform: Float32Array): number {
  const window = 320;
  const starts: { at: number; energy: number }[] = [];
  for (let at = REACH; at + window + REACH <= waveform.length; at += window) {
    let energy = 0;
    for (let index = at; index < at + window; index++) energy += (waveform[index] as number) ** 2;
    starts.push({ at, energy });
  }
  const loud = starts.sort((a, b) => b.energy - a.energy).slice(0, Math.ceil(starts.length / 2));
  let [high, all] = [0, 0];
  for (const { at, energy } of loud) {
    all += energy;
    // Every fourth sample says as much of the energy.
    for (let centre = at; centre < at + window; centre += 4) {
      let sum = 0;
      for (let tap = 0; tap < HIGH_BAND.length; tap++)
        sum += (HIGH_BAND[tap] as number) * (waveform[centre + tap - REACH] as number);
      high += 4 * sum * sum;
    }
  }
  return 10 * Math.log10(Math.max(high, 1e-12) / Math.max(all, 1e-9));
}
