import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeAudio } from './audio.ts';
import {
  adpcmWav,
  afterId3,
  ofBrand,
  silentFlac,
  silentMp3,
  silentOpus,
  silentWebm,
  telephoneWav,
  type WavOptions,
  wav,
} from './hostile-recordings.test-support.ts';

function emptyChunks(): Uint8Array {
  const bytes = Buffer.alloc(20 * 1024 * 1024);
  bytes.write('RIFF', 0, 'latin1');
  bytes.write('WAVE', 8, 'latin1');
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

test.each(['a-law', 'mu-law'] as const)('a telephone’s %s is read', async (code) => {
  const samples = await decodeAudio(telephoneWav(code));
  const plain = await decodeAudio(wav({ rate: 8000 }));
  expect(samples.length).toBe(plain.length);
  expect(level(samples.map((sample, at) => sample - plain[at]!))).toBeLessThan(0.01);
});

test.each([1, 2])('IMA ADPCM of %i channels is read, to its last sample and not beyond', async (channels) => {
  const samples = await decodeAudio(adpcmWav({ channels }));
  const plain = await decodeAudio(wav({ channels }));
  expect(samples.length).toBe(plain.length);
  expect(level(samples.map((sample, at) => sample - plain[at]!))).toBeLessThan(0.01);
});

test('a tag of ID3 before a WAV is not what is recorded', async () => {
  expect(await decodeAudio(afterId3(wav()))).toEqual(await decodeAudio(wav()));
});

test('what iPhones record is refused by its name, with what to export instead', async () => {
  for (const recording of [ofBrand('M4A '), ofBrand('iso5'), Uint8Array.of(0xff, 0xf1, 0x50, 0x80, 0, 0x1f)])
    await expect(decodeAudio(recording)).rejects.toMatchObject({
      code: 'aac_unsupported',
      action: expect.stringContaining('WAV, FLAC or MP3'),
    });
});

test('a microphone’s direct current is taken off', async () => {
  const plain = await decodeAudio(wav({ seconds: 1 }));
  const shifted = await decodeAudio(wav({ seconds: 1, signal: (time) => tone(time) + 0.05 }));
  expect(level(shifted.map((sample, at) => sample - plain[at]!))).toBeLessThan(0.001);
  const silence = await decodeAudio(wav({ signal: () => 0.05 }));
  expect(level(silence)).toBeLessThan(1e-4);
});

test('two channels become their mean', async () => {
  expect(level(await decodeAudio(wav({ channels: 2 })))).toBeCloseTo((0.75 * 0.5) / Math.SQRT2, 2);
});

const tone = (time: number) => Math.sin(2 * Math.PI * 440 * time) * 0.5;

test.each<[string, WavOptions]>([
  ['a silent second channel', { channels: 2, signal: (time, channel) => (channel === 0 ? tone(time) : 0) }],
  ['a silent first channel', { channels: 2, signal: (time, channel) => (channel === 1 ? tone(time) : 0) }],
  ['one of eight channels', { channels: 8, signal: (time, channel) => (channel === 5 ? tone(time) : 0) }],
  [
    'poles that are swapped',
    { channels: 2, signal: (time, channel) => (channel === 0 ? 1 : -1) * tone(time) },
  ],
  [
    'a second channel of hiss',
    { channels: 2, signal: (time, channel) => (channel === 0 ? tone(time) : 0.001) },
  ],
])('%s takes nothing away from the speech', async (_, options) => {
  expect(level(await decodeAudio(wav(options)))).toBeCloseTo(0.5 / Math.SQRT2, 2);
});

test.each([32, 64])(
  'floating point of %i bits that counts in integers is brought within full scale',
  async (bits) => {
    const samples = await decodeAudio(wav({ bits, float: true, signal: (time) => tone(time) * 65_536 }));
    expect(level(samples)).toBeCloseTo(1 / Math.SQRT2, 2);
  },
);

test.each([8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 191_999, 192_000])(
  'a tone at %i samples a second stays the tone that it is',
  async (rate) => {
    const samples = await decodeAudio(wav({ rate, seconds: 1 }));
    expect(samples.length / 16_000).toBeCloseTo(1, 3);
    const rising = samples.filter((value, at) => at > 0 && value >= 0 && samples[at - 1]! < 0).length;
    expect(Math.abs(rising - 440)).toBeLessThanOrEqual(1);
  },
);

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
  ['two million samples a second', wav({ rate: 2_000_000, seconds: 0.1 })],
  ['a rate of nothing', Buffer.from(wav()).fill(0, 24, 28)],
  ['nine channels', wav({ channels: 9 })],
  ['a RIFF of two million empty chunks', emptyChunks()],
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

test.each([
  ['FLAC', async () => silentFlac({ frames: 2700, blockSize: 65_535 })],
  ['FLAC in eight channels', async () => silentFlac({ frames: 2700, blockSize: 65_535, channels: 8 })],
  ['Ogg', async () => silentOpus(180)],
  ['WebM', async () => silentWebm(await readFile(join(import.meta.dirname, 'tone.webm')), 180)],
  ['MP3', async () => silentMp3(180)],
  ['WAV, as far as 20 MB go', async () => wav({ rate: 8_000, seconds: 1_300, bits: 8 })],
])('hours of %s are stopped after a minute', async (_, recording) => {
  await expect(decodeAudio(await recording())).rejects.toMatchObject({ code: 'audio_too_long' });
});

test.each([
  ['FLAC', async () => silentFlac({ frames: 2700, blockSize: 65_535 })],
  ['Ogg', async () => silentOpus(180)],
  ['MP3', async () => silentMp3(180)],
  ['WAV', async () => wav({ seconds: 61 })],
])('of a long %s the first minute is kept where that is asked for', async (_, recording) => {
  const samples = await decodeAudio(await recording(), { long: 'cut' });
  expect(samples.length).toBe(60 * 16_000);
});

test('what is no minute long is not cut', async () => {
  expect(await decodeAudio(wav({ seconds: 2 }), { long: 'cut' })).toEqual(
    await decodeAudio(wav({ seconds: 2 })),
  );
  expect((await decodeAudio(silentFlac({ frames: 130 }), { long: 'cut' })).length).toBe(130 * 1600);
});

test('a FLAC of many frames is read to its last one', async () => {
  expect((await decodeAudio(silentFlac({ frames: 130 }))).length).toBe(130 * 1600);
});

test('what is short in these formats is read', async () => {
  const tone = await readFile(join(import.meta.dirname, 'tone.webm'));
  for (const recording of [silentOpus(0.5), silentWebm(tone, 0.5), silentMp3(0.5)])
    expect((await decodeAudio(recording)).length / 16_000).toBeCloseTo(30, -1);
});
