import { expect, test } from 'vitest';
import type { FaceAlignment } from '../face-finding/face-alignment.ts';
import { faceSquares } from './face-squares.ts';
import { BackboneManifest } from './manifest.ts';

function network(input: object, more: object = {}) {
  const manifest = BackboneManifest.parse({
    format: 1,
    name: 'mine',
    modality: 'face',
    network: { file: 'mine.onnx', sha256: '0'.repeat(64), bytes: 1 },
    input: {
      ...{ size: 112, channels: 'rgb', layout: 'nchw', mean: [127.5, 127.5, 127.5], scale: [1, 1, 1] },
      ...input,
    },
    ...{ dimension: 512, licence: 'MIT', source: 'here' },
    ...more,
  });
  if (manifest.modality !== 'face') throw new TypeError('a face network');
  return manifest;
}
const first: FaceAlignment = { canvas: 150 };
const published: FaceAlignment = {
  canvas: 182,
  points: [
    [64.442, 77.544],
    [117.298, 77.252],
    [91.038, 107.605],
    [69.324, 138.548],
    [113.095, 138.306],
  ],
};
const ensemble = { ensemble: { share: 0.2 } };

test('a network that is aligned by five points is given its own picture, pixel by pixel', () => {
  const { alignment, seen } = faceSquares(network({ alignment: 'five-points' }), published);
  expect(seen).toEqual({ left: 0, top: 0, side: 112 });
  expect(alignment.canvas).toBe(112);
  expect(alignment.points?.[0]).toEqual([expect.closeTo(38.2946, 3), expect.closeTo(51.6963, 3)]);
});

test('one that sees more of the head has its points closer together', () => {
  const { alignment } = faceSquares(network({ alignment: 'five-points', view: 2 }), published);
  const [[left], [right]] = alignment.points ?? [
    [0, 0],
    [0, 0],
  ];
  expect(right - left).toBeCloseTo(35.2372 / 2, 3);
});

test('one that is aligned otherwise is given what networks before were given', () => {
  expect(faceSquares(network({ view: 1.4 }), published).alignment).toEqual({ canvas: 210 });
  const { alignment, seen, own } = faceSquares(network({ view: 1.4 }, ensemble), first);
  expect({ alignment, seen, own }).toEqual({
    alignment: { canvas: 210 },
    seen: { left: 0, top: 0, side: 210 },
    own: { left: 30, top: 30, side: 150 },
  });
});

test('an ensemble with the published networks sees the same face in one picture', () => {
  const { alignment, seen, own } = faceSquares(network({ alignment: 'five-points' }, ensemble), published);
  expect(alignment).toEqual(published);
  expect(own).toEqual({ left: 0, top: 0, side: 182 });
  expect(seen).toEqual({ left: 7, top: 0, side: 168 });
});

test('the picture grows where the network that joins sees more', () => {
  const { alignment, seen, own } = faceSquares(network({ view: 1.38 }, ensemble), published);
  expect(own.side).toBe(182);
  for (const square of [seen, own]) {
    expect(Math.min(square.left, square.top)).toBeGreaterThanOrEqual(0);
    expect(Math.max(square.left, square.top) + square.side).toBeLessThanOrEqual(alignment.canvas);
  }
  expect(alignment.points?.[0]?.[0]).toBeCloseTo(64.442 + own.left, 6);
  // Around the middle of eyes and mouth, which is to lie at 0.44 of the side.
  const middle = (77.398 * 2 + 138.427) / 3 + own.top;
  expect((middle - seen.top) / seen.side).toBeCloseTo(0.5 - 0.06 / 1.38, 2);
});

test('an ensemble with networks of the first releases cannot be aligned by five points', () => {
  expect(() => faceSquares(network({ alignment: 'five-points' }, ensemble), first)).toThrow(
    expect.objectContaining({ code: 'backbone_aligned_otherwise' }),
  );
});
