import { expect, test } from 'vitest';
import { FaceAlignmentProperties } from '../bundle-parts.ts';
import { alignedSquare, type FacePoints, fivePointSquare } from './face-alignment.ts';
import type { Point } from './face-detector.ts';
import { pointInImage } from './sampling.ts';

const points: FacePoints = [
  [64, 77],
  [117, 77],
  [91, 108],
  [69, 138],
  [113, 138],
];
const canvas = 182;

/** A face whose points lie as they are wanted, but turned by `angle`, `scale` times as large and moved. */
function face({ angle, scale, x, y }: { angle: number; scale: number; x: number; y: number }) {
  const place = ([u, v]: FacePoints[number]): Point => ({
    x: x + scale * (u * Math.cos(angle) - v * Math.sin(angle)),
    y: y + scale * (u * Math.sin(angle) + v * Math.cos(angle)),
  });
  return {
    leftEye: place(points[0]),
    rightEye: place(points[1]),
    nose: place(points[2]),
    leftOfMouth: place(points[3]),
    rightOfMouth: place(points[4]),
  };
}

test.each([
  { angle: 0, scale: 1, x: 0, y: 0 },
  { angle: 0.4, scale: 1.7, x: 100, y: -30 },
  { angle: -2.9, scale: 0.3, x: 300, y: 250 },
])('a face of any size, place and turn has its points where they are wanted: %o', (how) => {
  const turned = face(how);
  const square = fivePointSquare(turned, { canvas, points });
  const found = [turned.leftEye, turned.rightEye, turned.nose, turned.leftOfMouth, turned.rightOfMouth];
  for (const [index, [u, v]] of points.entries()) {
    const there = pointInImage(square, u / canvas, v / canvas);
    expect(there.x).toBeCloseTo(found[index]!.x, 6);
    expect(there.y).toBeCloseTo(found[index]!.y, 6);
  }
});

test('points that fit no such picture are met as nearly as can be', () => {
  const turned = face({ angle: 0.1, scale: 2, x: 10, y: 20 });
  const exact = fivePointSquare(turned, { canvas, points });
  const nose = { x: turned.nose.x + 20, y: turned.nose.y };
  const near = fivePointSquare({ ...turned, nose }, { canvas, points });
  expect(Math.abs(near.angle - exact.angle)).toBeLessThan(0.02);
  expect(near.side / exact.side).toBeCloseTo(1, 1);
  // All points alike decide where it is.
  expect(near.x - exact.x).toBeCloseTo(4, 0);
});

test('what says nothing of its alignment is cut as the first releases did', () => {
  expect(FaceAlignmentProperties.parse({ name: 'of an operator' })).toEqual({ canvas: 150 });
  const straight = { leftEye: { x: 60, y: 80 }, rightEye: { x: 120, y: 80 }, mouth: { x: 90, y: 150 } };
  expect(alignedSquare({ ...straight, roll: 0.2 })).toMatchObject({ angle: 0 });
  expect(alignedSquare({ ...straight, roll: 0.6 })).toMatchObject({ angle: 0.6 });
});
