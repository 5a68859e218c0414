import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { FACE_CROP } from './face-alignment.ts';
import type { FaceGeometry } from './face-mesh.ts';
import { assessFace, faceFault } from './face-quality.ts';

const straight: FaceGeometry = {
  score: 1,
  leftEye: { x: 30, y: 40 },
  rightEye: { x: 70, y: 40 },
  mouth: { x: 50, y: 90 },
  nose: { x: 50, y: 65 },
  leftOfMouth: { x: 40, y: 90 },
  rightOfMouth: { x: 60, y: 90 },
  yaw: 0,
  roll: 0,
  mouthOpening: 0,
  lips: new Float32Array(),
  lids: 0.2,
  box: { x: 50, y: 60, width: 70, height: 90 },
};

type Change = (image: Sharp) => Sharp;

/** Blocks of light and dark with crisp edges, changed by `how`. */
async function crop(how: Change = (image) => image): Promise<Uint8Array> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const blocks = sharp({ create: { width: 5, height: 5, channels: 3, background: '#000', noise } });
  const picture = sharp(await blocks.png().toBuffer()).resize(FACE_CROP, FACE_CROP, { kernel: 'nearest' });
  return how(sharp(await picture.png().toBuffer()))
    .removeAlpha()
    .raw()
    .toBuffer();
}

const quality = async (how?: Change, geometry: Partial<FaceGeometry> = {}, scale = 1) =>
  assessFace(await crop(how), { ...straight, ...geometry }, { width: 100, height: 120, scale });

test('a crisp, well lit, straight face is good', async () => {
  const good = await quality();
  expect(good.score).toBeGreaterThan(0.9);
  expect(good.eyeMouthPixels).toBeCloseTo(Math.hypot(20, 50), 5);
  expect(faceFault(good)).toBeNull();
});

test('size is counted in pixels of the original', async () => {
  expect((await quality(undefined, {}, 3)).eyeMouthPixels).toBeCloseTo(3 * Math.hypot(20, 50), 5);
});

test.each([
  ['in the middle', { x: 50, y: 60 }, 15 / 90],
  ['at the edge', { x: 35, y: 60 }, 0],
  ['half outside on the left', { x: 0, y: 60 }, -35 / 90],
  ['cut off below', { x: 50, y: 90 }, -15 / 90],
])('a face %s has a margin that says so', async (_, middle, margin) => {
  const box = { ...straight.box, ...middle };
  expect((await quality(undefined, { box })).margin).toBeCloseTo(margin, 5);
});

test.each([
  ['too_blurred', quality((image) => image.blur(8))],
  ['too_dark', quality((image) => image.linear(0.1, 0))],
  ['too_bright', quality((image) => image.linear(0.1, 240))],
  ['face_turned', quality(undefined, { yaw: (70 * Math.PI) / 180 })],
  ['face_too_small', quality(undefined, {}, 0.2)],
])('%s', async (code, bad) => {
  const measured = await bad;
  expect(measured.score).toBeLessThan(0.5);
  expect(faceFault(measured)).toBe(code);
});
