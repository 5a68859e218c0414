import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedBundle } from '../bundle.ts';
import { middleOf } from '../face-finding/face-alignment.ts';
import { networksFolder } from '../setup-folder.ts';
import { syntheticPerson } from '../synthetic/person.ts';
import { wav } from '../synthetic/wav.ts';
import { decodeAudio, SAMPLE_RATE } from './audio.ts';
import { Signals } from './signals.ts';

const ada = syntheticPerson(1, 0);
const ben = syntheticPerson(1, 1);
let signals: Signals;
let photograph: Uint8Array;
let speech: Float32Array;

beforeAll(async () => {
  signals = await Signals.load((await publishedBundle(networksFolder())).files);
  photograph = await ada.face(0);
  speech = await decodeAudio(ada.utterance('4719', 0));
});
afterAll(() => signals.close());

const grey = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#777' } });

describe('a face', () => {
  test('is cut out upright, with what there is to say about it', async () => {
    const { crop, quality } = await signals.captureFace(photograph);
    expect(crop.length).toBe(150 * 150 * 3);
    expect(quality.score).toBeGreaterThan(0.3);
    expect(quality.brightness).toBeGreaterThan(40);
    expect(Math.abs(quality.roll)).toBeLessThan(25);
  });

  test('comes with more around it for a network that sees more, in the same pixels', async () => {
    const wide = await Signals.load((await publishedBundle(networksFolder())).files, {
      faceAlignment: { canvas: 208 },
    });
    try {
      const [narrow, more] = [await signals.captureFace(photograph), await wide.captureFace(photograph)];
      expect(more.crop.length).toBe(208 * 208 * 3);
      const middle = middleOf(more.crop, 208);
      const differences = middle.map((value, at) => Math.abs(value - narrow.crop[at]!));
      // Where a corner of the square begins is rounded otherwise.
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      expect(more.quality.sharpness).toBeCloseTo(narrow.quality.sharpness, 3);
    } finally {
      await wide.close();
    }
  });

  test('is cut out at five points that are known beforehand, and then never refused', async () => {
    const [face] = await signals.followFace([photograph]);
    if (!face) throw new Error('there is a face in the photograph');
    const place = ({ x, y }: { x: number; y: number }) => [x, y] as const;
    const [eyes, mouth] = [
      [place(face.leftEye), place(face.rightEye)] as const,
      [place(face.leftOfMouth), place(face.rightOfMouth)] as const,
    ];
    const where = [...eyes, place(face.nose), ...mouth] as const;
    const points = [
      [60, 62],
      [122, 62],
      [91, 98],
      [66, 134],
      [116, 134],
    ] as const;
    const network = await Signals.load((await publishedBundle(networksFolder())).files, {
      faceAlignment: { canvas: 182, points },
    });
    try {
      const found = await network.captureFace(photograph);
      const given = await network.captureFaceAt(photograph, where);
      expect(given.crop).toEqual(found.crop);
      const black = await grey(300, 300).linear(0, 0).png().toBuffer();
      await expect(network.captureFace(black)).rejects.toMatchObject({ code: 'no_face' });
      expect((await network.captureFaceAt(black, where)).quality.score).toBe(0);
    } finally {
      await network.close();
    }
  });

  test('is the same face far away and off the centre', async () => {
    const { width = 0, height = 0 } = await sharp(photograph).metadata();
    const small = await sharp(photograph)
      .resize(Math.round(width * 0.4))
      .toBuffer();
    const room = await grey(width, height)
      .composite([{ input: small, left: Math.round(width * 0.55), top: Math.round(height * 0.5) }])
      .jpeg()
      .toBuffer();
    const [near, far] = [await signals.captureFace(photograph), await signals.captureFace(room)];
    expect(far.quality.eyeMouthPixels / near.quality.eyeMouthPixels).toBeCloseTo(0.4, 1);
  });

  test('is turned upright when the camera lay on its side', async () => {
    const turned = await sharp(photograph).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { quality } = await signals.captureFace(turned);
    expect(Math.abs(quality.roll)).toBeLessThan(25);
  });

  test.each([
    ['on its head', 180],
    ['on its side', 90],
    ['on its other side', 270],
  ])('%s is turned upright where no camera said so', async (_, degrees) => {
    const turned = await sharp(photograph).rotate(degrees).jpeg().toBuffer();
    const [upright, found] = [await signals.captureFace(photograph), await signals.captureFace(turned)];
    const differences = found.crop.map((value, at) => Math.abs(value - upright.crop[at]!));
    const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
    expect(mean).toBeLessThan(12);
  });

  test('beside another of the same size is refused', async () => {
    const both = [photograph, await ben.face(0)];
    const halves = await Promise.all(
      both.map((face) => sharp(face).resize(480, 480, { fit: 'cover' }).toBuffer()),
    );
    const image = await grey(960, 480)
      .composite(halves.map((input, index) => ({ input, left: index * 480, top: 0 })))
      .jpeg()
      .toBuffer();
    await expect(signals.captureFace(image)).rejects.toMatchObject({ code: 'several_faces' });
  });

  test('with a bystander at the back is not', async () => {
    const bystander = await sharp(await ben.face(0))
      .resize(110)
      .toBuffer();
    const image = await sharp(photograph)
      .composite([{ input: bystander, left: 4, top: 4 }])
      .jpeg()
      .toBuffer();
    await expect(signals.captureFace(image)).resolves.toMatchObject({
      quality: { score: expect.any(Number) },
    });
  });

  test.each([
    ['no_face', () => grey(640, 480).jpeg().toBuffer()],
    ['too_dark', () => sharp(photograph).linear(0.08, 0).jpeg().toBuffer()],
    ['face_too_small', () => sharp(photograph).resize(76).jpeg().toBuffer()],
    ['image_unreadable', async () => new TextEncoder().encode('%PDF-1.7')],
  ])('%s is said with what to do', async (code, image) => {
    await expect(signals.captureFace(await image())).rejects.toMatchObject({
      code,
      action: expect.any(String),
    });
  });
});

describe('a voice', () => {
  test('is cut to the speech, with what there is to say about it', async () => {
    const quiet = new Float32Array(3 * SAMPLE_RATE);
    const long = Float32Array.from([...quiet, ...speech, ...quiet]);
    const { waveform, quality } = await signals.captureWaveform(long);
    expect(waveform.length).toBeLessThan(speech.length + SAMPLE_RATE);
    expect(quality.speechSeconds).toBeGreaterThan(1);
    expect(quality.clippedFraction).toBe(0);
    expect(quality.loudnessDb).toBeLessThan(0);
  });

  test.each([
    ['silence', () => new Float32Array(3 * SAMPLE_RATE)],
    [
      'silence',
      () => Float32Array.from({ length: 3 * SAMPLE_RATE }, (_, index) => 0.1 * Math.sin(index / 50)),
    ],
    ['speech_too_short', () => speech.slice(0, 0.35 * SAMPLE_RATE)],
    ['speech_too_short', () => speech.slice(0, SAMPLE_RATE)],
    ['speech_too_quiet', () => speech.map((value) => value * 0.02)],
    ['audio_clipped', () => speech.map((value) => Math.max(-0.95, Math.min(0.95, value * 40)))],
  ] as const)('%s is said with what to do', async (code, samples) => {
    await expect(signals.captureVoice(wav(samples()))).rejects.toMatchObject({
      code,
      action: expect.any(String),
    });
  });
});
