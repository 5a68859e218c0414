import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeAudio } from './audio.ts';

interface WavOptions {
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly float?: boolean;
  readonly seconds?: number;
}

/** A tone of 440 Hz at half of full scale, in the first channel and, halved, in the others. */
function wav({
  rate = 16_000,
  channels = 1,
  bits = 16,
  float = false,
  seconds = 0.25,
}: WavOptions = {}): Uint8Array {
  const frames = Math.round(rate * seconds);
  const width = bits / 8;
  const bytes = Buffer.alloc(44 + frames * channels * width);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(float ? 3 : 1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt16LE(bits, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(bytes.length - 44, 40);
  for (let frame = 0, at = 44; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++, at += width) {
      const value = (Math.sin((2 * Math.PI * 440 * frame) / rate) * 0.5) / (channel + 1);
      if (float && bits === 64) bytes.writeDoubleLE(value, at);
      else if (float) bytes.writeFloatLE(value, at);
      else if (bits === 8) bytes.writeUInt8(Math.round(value * 127 + 128), at);
      else bytes.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, width);
    }
  }
  return bytes;
}

const level = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

test.each([
  [{ bits: 8 }],
  [{ bits: 16 }],
  [{ bits: 24 }],
  [{ bits: 32 }],
  [{ bits: 32, float: true }],
  [{ bits: 64, float: true }],
  [{ rate: 48_000 }],
  [{ rate: 44_100, bits: 24 }],
] as const)('WAV %o is mono at 16 kHz', async (options) => {
  const samples = await decodeAudio(wav(options));
  expect(samples.length).toBe(4_000);
  expect(level(samples)).toBeCloseTo(0.5 / Math.SQRT2, 1);
});

test('two channels become their mean', async () => {
  expect(level(await decodeAudio(wav({ channels: 2 })))).toBeCloseTo((0.75 * 0.5) / Math.SQRT2, 2);
});

test('a recorder that died before it wrote the length is read to the end', async () => {
  const bytes = Buffer.from(wav());
  bytes.writeUInt32LE(0xffffffff, 40);
  expect((await decodeAudio(bytes)).length).toBe(4_000);
});

test('WebM with Opus, as a browser records it', async () => {
  // 0.66 s of a sine of 440 Hz at half of full scale, from Chromium's MediaRecorder.
  const samples = await decodeAudio(await readFile(join(import.meta.dirname, 'tone.webm')));
  expect(samples.length / 16_000).toBeCloseTo(0.66, 2);
  const steady = samples.slice(4_000, 8_000);
  const rising = steady.filter((value, index) => index > 0 && value >= 0 && steady[index - 1]! < 0).length;
  expect(rising).toBe(110);
  expect(level(steady)).toBeCloseTo(0.5 / Math.SQRT2, 1);
});

test('FLAC, by content and not by name', async () => {
  // 0.1 s of silence at 16 kHz, as `flac` writes it with one constant subframe.
  const flac = silentFlac();
  const samples = await decodeAudio(flac);
  expect(samples.length).toBe(1_600);
  expect(level(samples)).toBe(0);
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['a PDF', new TextEncoder().encode('%PDF-1.7 and so on')],
  ['a WAV header without samples', wav({ seconds: 0 })],
  ['a WAV of an unknown encoding', wav({ bits: 16 }).map((byte, index) => (index === 20 ? 85 : byte))],
  ['a WebM that is cut off', Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3)],
  ['an Ogg of noise', new TextEncoder().encode(`OggS${'noise '.repeat(300)}`)],
  ['a FLAC of noise', new TextEncoder().encode(`fLaC${'noise '.repeat(300)}`)],
  ['an MP3 of noise', new TextEncoder().encode(`ID3${'noise '.repeat(300)}`)],
  ['200 samples a second', wav({ rate: 200, seconds: 1 })],
])('%s is no recording', async (_, bytes) => {
  await expect(decodeAudio(bytes)).rejects.toMatchObject({ code: 'audio_unreadable', kind: 'invalid' });
});

test('a sample that is not a number is no recording', async () => {
  const bytes = Buffer.from(wav({ bits: 32, float: true }));
  bytes.writeFloatLE(Number.NaN, 80);
  await expect(decodeAudio(bytes)).rejects.toMatchObject({ code: 'audio_unreadable' });
});

test('more than a minute or 20 MB is refused before it is decoded', async () => {
  await expect(decodeAudio(wav({ seconds: 61 }))).rejects.toMatchObject({ code: 'audio_too_long' });
  await expect(decodeAudio(new Uint8Array(21 * 1024 * 1024))).rejects.toMatchObject({
    code: 'audio_too_large',
  });
});

test('half an hour of compressed silence is stopped after a minute', async () => {
  await expect(decodeAudio(silentFlac(18_000))).rejects.toMatchObject({ code: 'audio_too_long' });
});

/** FLAC (RFC 9639) with frames of 1,600 samples of silence at 16 kHz, 16 bits, mono. */
function silentFlac(frames = 1): Uint8Array {
  const info = Buffer.alloc(42);
  info.write('fLaC', 0, 'latin1');
  info.writeUInt32BE(0x80000022, 4);
  info.writeUInt16BE(1600, 8);
  info.writeUInt16BE(1600, 10);
  // Sample rate (20 bits), channels - 1 (3), bits - 1 (5), number of samples (36; 0 is unknown).
  info.writeBigUInt64BE((16_000n << 44n) | (0n << 41n) | (15n << 36n) | 0n, 18);
  const parts = [info];
  for (let frame = 0; frame < frames; frame++) {
    // Block size in 16 bits, 16 kHz, mono, 16 bits, then the frame's number as UTF-8 would write it.
    const head = Buffer.from([0xff, 0xf8, 0x75, 0x08, ...utf8(frame), (1600 - 1) >> 8, (1600 - 1) & 0xff]);
    const body = Buffer.concat([head, Buffer.from([crc(head, 0x07, 8)]), Buffer.from([0, 0, 0])]);
    const tail = Buffer.alloc(2);
    tail.writeUInt16BE(crc(body, 0x8005, 16));
    parts.push(body, tail);
  }
  return Buffer.concat(parts);
}

function utf8(value: number): number[] {
  return [...Buffer.from(String.fromCodePoint(value), 'utf8')];
}

function crc(bytes: Uint8Array, polynomial: number, width: number): number {
  const top = 1 << (width - 1);
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++)
      value = ((value & top ? (value << 1) ^ polynomial : value << 1) & ((1 << width) - 1)) >>> 0;
  }
  return value;
}
