import { expect, test } from 'vitest';
import { resample } from './resample.ts';

const tone = (hertz: number, rate: number, seconds = 0.5) =>
  Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));

const level = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

test.each([48_000, 44_100, 22_050, 8_000, 44_056])('a tone at %i Hz is the same tone at 16 kHz', (rate) => {
  const converted = resample(tone(1_000, rate), rate, 16_000);
  const expected = tone(1_000, 16_000);
  expect(converted.length).toBe(8_000);
  const error = converted.slice(100, -100).map((value, index) => value - expected[index + 100]!);
  expect(level(error)).toBeLessThan(0.002);
});

test('what 16 kHz cannot carry is gone, not folded back', () => {
  expect(level(resample(tone(11_000, 48_000), 48_000, 16_000).slice(100, -100))).toBeLessThan(0.001);
});
