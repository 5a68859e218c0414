import { describe, expect, it } from 'vitest';
import { levelOf, loudnessHint, meterPosition, speechLevel } from './levels.ts';

const RATE = 16_000;
const tone = (amplitude: number, seconds: number) =>
  Float32Array.from(
    { length: seconds * RATE },
    (_, n) => amplitude * Math.sin((2 * Math.PI * 200 * n) / RATE),
  );

function withPauses(amplitude: number): Float32Array {
  const samples = new Float32Array(3 * RATE);
  samples.set(tone(amplitude, 0.5), RATE);
  return samples;
}

describe('the loudness of a recording', () => {
  it('is measured in decibels below full scale', () => {
    expect(levelOf(tone(1, 1)).decibels).toBeCloseTo(-3, 1);
    expect(levelOf(tone(0.1, 1)).decibels).toBeCloseTo(-23, 1);
    expect(levelOf(new Float32Array(100)).decibels).toBe(-100);
    expect(levelOf(new Float32Array(0)).decibels).toBe(-100);
  });

  it('is that of the sound, whatever direct current the microphone adds', () => {
    const offset = (samples: Float32Array) => samples.map((sample) => sample + 0.05);
    expect(levelOf(offset(new Float32Array(1024))).decibels).toBeLessThan(-90);
    expect(levelOf(offset(tone(0.1, 1))).decibels).toBeCloseTo(-23, 1);
    expect(speechLevel(offset(withPauses(0.1)), RATE).decibels).toBeCloseTo(-23, 0);
  });

  it('is that of the speech, however long the pauses are', () => {
    expect(speechLevel(withPauses(0.1), RATE).decibels).toBeCloseTo(-23, 0);
  });

  it('gives a hint when one can barely hear it, and when it is distorted', () => {
    expect(loudnessHint(speechLevel(withPauses(0.1), RATE))).toBeNull();
    expect(loudnessHint(speechLevel(withPauses(0.002), RATE))).toBe('voice_too_quiet');
    expect(
      loudnessHint(
        speechLevel(
          tone(3, 1).map((x) => Math.max(-1, Math.min(1, x))),
          RATE,
        ),
      ),
    ).toBe('voice_too_loud');
  });

  it('moves the meter from end to end', () => {
    expect([-100, -60, -33, -6, 0].map(meterPosition)).toEqual([0, 0, 0.5, 1, 1]);
  });
});
