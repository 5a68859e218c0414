import { expect, it } from 'vitest';
import { encodeWav } from './wav.ts';

it('writes a WAV file that says what it holds: mono, 16 bit, 16 kHz', () => {
  const wav = encodeWav(Float32Array.from([0, 0.5, -0.5, 1, -1]));
  const view = new DataView(wav.buffer);
  const text = (from: number, to: number) => new TextDecoder().decode(wav.subarray(from, to));
  expect([text(0, 4), text(8, 16), text(36, 40)]).toEqual(['RIFF', 'WAVEfmt ', 'data']);
  expect(view.getUint32(4, true)).toBe(wav.length - 8);
  expect(view.getUint16(20, true)).toBe(1);
  expect(view.getUint16(22, true)).toBe(1);
  expect(view.getUint32(24, true)).toBe(16_000);
  expect(view.getUint32(28, true)).toBe(32_000);
  expect(view.getUint16(34, true)).toBe(16);
  expect(view.getUint32(40, true)).toBe(10);
  expect([...new Int16Array(wav.buffer.slice(44))]).toEqual([0, 16_384, -16_383, 32_767, -32_767]);
});

it('clips what is too loud instead of wrapping it round', () => {
  const samples = new Int16Array(encodeWav(Float32Array.from([1.7, -3])).buffer.slice(44));
  expect([...samples]).toEqual([32_767, -32_767]);
});
