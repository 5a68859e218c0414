import { UserError } from '@visavox/core/errors';
import {
  alignedSquare,
  FACE_CROP,
  type FaceAlignment,
  type FacePoints,
  fivePointSquare,
} from '../face-finding/face-alignment.ts';
import type { BackboneManifest } from './manifest.ts';

type FaceManifest = Extract<BackboneManifest, { modality: 'face' }>;

/** In pixels of the picture. */
export interface PixelSquare {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

export interface FaceSquares {
  /** The picture that the recogniser has to cut. */
  readonly alignment: FaceAlignment;
  /** What of it the plugged network sees, and in an ensemble the recogniser's own. */
  readonly seen: PixelSquare;
  readonly own: PixelSquare;
}

/** Where face networks since ArcFace are trained to find the five points, in 112 x 112 pixels. */
const TEMPLATE_SIDE = 112;
const TEMPLATE: FacePoints = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** The picture that a plugged network needs; that of an ensemble holds what either of its networks sees. */
export function faceSquares({ input, ensemble, name }: FaceManifest, own: FaceAlignment): FaceSquares {
  if (!ensemble) return alone(input);
  if (own.points) return besideFivePoints(input, own.canvas, own.points);
  if (input.alignment === 'five-points') throw alignedOtherwise(name);
  const { side } = alone(input).seen;
  const canvas = Math.max(side, own.canvas);
  const inTheMiddle = (length: number) => ({
    left: (canvas - length) / 2,
    top: (canvas - length) / 2,
    side: length,
  });
  return { alignment: { canvas }, seen: inTheMiddle(side), own: inTheMiddle(own.canvas) };
}

function alone({ alignment, size, view }: FaceManifest['input']): FaceSquares {
  const whole = (side: number) => ({ left: 0, top: 0, side });
  if (alignment === 'five-points') {
    const place = (value: number) => ((value / TEMPLATE_SIDE - 0.5) / view + 0.5) * size;
    const points = moved(TEMPLATE, place);
    return { alignment: { canvas: size, points }, seen: whole(size), own: whole(size) };
  }
  // As even or odd as the recogniser's first crop, so that its pixels are the same ones.
  const side = FACE_CROP + 2 * Math.round((FACE_CROP * (view - 1)) / 2);
  return { alignment: { canvas: side }, seen: whole(side), own: whole(side) };
}

/** The own picture, with as much more on its sides as the plugged network sees of the face. */
function besideFivePoints(input: FaceManifest['input'], canvas: number, points: FacePoints): FaceSquares {
  const seen = squareOf(input, points);
  const before = Math.max(0, -seen.left, -seen.top);
  const behind = Math.max(0, seen.left + seen.side - canvas, seen.top + seen.side - canvas);
  const shift = (value: number) => value + before;
  return {
    alignment: { canvas: canvas + before + behind, points: moved(points, shift) },
    seen: { left: seen.left + before, top: seen.top + before, side: seen.side },
    own: { left: before, top: before, side: canvas },
  };
}

/** The square that a network would be given of a face whose points lie there, in whole pixels. */
function squareOf({ alignment, view }: FaceManifest['input'], points: FacePoints): PixelSquare {
  const at = ([x, y]: FacePoints[number]) => ({ x, y });
  const [leftEye, rightEye, nose, leftOfMouth, rightOfMouth] = [
    at(points[0]),
    at(points[1]),
    at(points[2]),
    at(points[3]),
    at(points[4]),
  ];
  const mouth = { x: (leftOfMouth.x + rightOfMouth.x) / 2, y: (leftOfMouth.y + rightOfMouth.y) / 2 };
  const square =
    alignment === 'five-points'
      ? fivePointSquare(
          { leftEye, rightEye, nose, leftOfMouth, rightOfMouth },
          { canvas: TEMPLATE_SIDE, points: TEMPLATE },
        )
      : alignedSquare({ leftEye, rightEye, mouth, roll: 0 });
  const side = Math.round(square.side * view);
  return { left: Math.round(square.x - side / 2), top: Math.round(square.y - side / 2), side };
}

function moved(points: FacePoints, to: (value: number) => number): FacePoints {
  const [a, b, c, d, e] = points;
  const move = ([x, y]: FacePoints[number]): FacePoints[number] => [to(x), to(y)];
  return [move(a), move(b), move(c), move(d), move(e)];
}

function alignedOtherwise(name: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'backbone_aligned_otherwise',
    message: `${name} wants faces aligned by five points, and the network that serves, of an earlier release, does not.`,
    action: 'Take "ensemble" out of the manifest, or try again when the newer published networks serve.',
  });
}
