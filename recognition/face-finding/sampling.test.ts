import { expect, test } from 'vitest';
import { type Pixels, Pyramid, pointInImage, type Square, sampleSquare } from './sampling.ts';

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

/** What a pyramid says of one of its levels, pixel by pixel. */
function halved({ width, height, data }: Pixels): Pixels {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const at = (x: number, y: number, channel: number) =>
    data[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3 + channel]!;
  const out = Uint8Array.from({ length: w * h * 3 }, (_, index) => {
    const [x, y, channel] = [2 * (Math.floor(index / 3) % w), 2 * Math.floor(index / 3 / w), index % 3];
    const sum = [0, 1].flatMap((down) => [0, 1].map((right) => at(x + right, y + down, channel)));
    return (sum.reduce((all, one) => all + one, 0) + 2) >> 2;
  });
  return { width: w, height: h, data: out };
}

/** What `sampleSquare` says of one of its pixels, on the level where it looks. */
function sampled({ width, height, data }: Pixels, x: number, y: number): number[] {
  if (x <= -1 || y <= -1 || x >= width || y >= height) return [0, 0, 0];
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  return [0, 1, 2].map((channel) => {
    const at = (column: number, row: number) => {
      const [inX, inY] = [Math.max(0, Math.min(width - 1, column)), Math.max(0, Math.min(height - 1, row))];
      return data[(inY * width + inX) * 3 + channel]!;
    };
    const upper = at(left, top) * ((1 - fx) * (1 - fy)) + at(left + 1, top) * (fx * (1 - fy));
    const sum = upper + at(left, top + 1) * ((1 - fx) * fy) + at(left + 1, top + 1) * (fx * fy);
    return Math.fround(sum);
  });
}

function slowly(pyramid: Pyramid, { x, y, side, angle }: Square, size: number): number[] {
  const step = side / size;
  const level = Math.max(0, Math.min(6, Math.round(Math.log2(step))));
  const shrink = 2 ** level;
  const [dx, dy] = [(Math.cos(angle) * step) / shrink, (Math.sin(angle) * step) / shrink];
  const half = size / 2 - 0.5;
  const [startX, startY] = [
    x / shrink - 0.5 - dx * half + dy * half,
    y / shrink - 0.5 - dy * half - dx * half,
  ];
  return Array.from({ length: size * size }, (_, index) => {
    const [column, row] = [index % size, Math.floor(index / size)];
    return sampled(pyramid.level(level), startX - row * dy + column * dx, startY + row * dx + column * dy);
  }).flat();
}

test('every bit is as one pixel after another would give, whatever lies outside', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let turn = 0; turn < 60; turn++) {
    const [width, height] = [
      1 + Math.floor(random() * (turn % 2 === 0 ? 50 : 3)),
      1 + Math.floor(random() * 50),
    ];
    const data = Uint8Array.from({ length: width * height * 3 }, () => random() * 256);
    const pyramid = new Pyramid({ width, height, data });
    expect(pyramid.level(1)).toEqual(halved(pyramid.image));
    const square = {
      x: width * (random() * 1.4 - 0.2),
      y: height * (random() * 1.4 - 0.2),
      side: 1 + random() * 150,
      angle: turn % 3 === 0 ? 0 : random() * 7,
    };
    const size = 1 + Math.floor(random() * 20);
    expect([...sampleSquare(pyramid, square, size)]).toEqual(slowly(pyramid, square, size));
  }
});
