import { expect, test } from 'vitest';
import { type Pixels, Pyramid, pointInImage, sampleSquare } from './sampling.ts';

/** Red rises to the right, green to the bottom; 4 x 4 blocks of one colour. */
function gradient(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 7], (y * width + x) * 3);
  return { width, height, data };
}

const at = (pixels: Float32Array, size: number, x: number, y: number) => [
  ...pixels.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
];

test('a square of the size of the image is the image', () => {
  const pixels = sampleSquare(new Pyramid(gradient(10, 10)), { x: 5, y: 5, side: 10, angle: 0 }, 10);
  expect(at(pixels, 10, 0, 0)).toEqual([0, 0, 7]);
  expect(at(pixels, 10, 9, 3)).toEqual([9, 3, 7]);
});

test('shrinking averages, enlarging interpolates', () => {
  const image = new Pyramid(gradient(64, 64));
  const small = sampleSquare(image, { x: 32, y: 32, side: 64, angle: 0 }, 8);
  expect(at(small, 8, 2, 5)[0]).toBeCloseTo(20, 0);
  const large = sampleSquare(image, { x: 32, y: 32, side: 4, angle: 0 }, 8);
  expect(at(large, 8, 3, 3)[0]).toBeCloseTo(31.25, 3);
});

test('a quarter turn clockwise looks at the image from its right', () => {
  const square = { x: 5, y: 5, side: 10, angle: Math.PI / 2 };
  const pixels = sampleSquare(new Pyramid(gradient(10, 10)), square, 10);
  expect(at(pixels, 10, 0, 0).map(Math.round)).toEqual([9, 0, 7]);
  expect(pointInImage(square, 0.05, 0.05)).toEqual({ x: expect.closeTo(9.5), y: expect.closeTo(0.5) });
});

test('what lies outside the image is black', () => {
  const pixels = sampleSquare(new Pyramid(gradient(10, 10)), { x: -20, y: 5, side: 10, angle: 0 }, 4);
  expect(Math.max(...pixels)).toBe(0);
});
