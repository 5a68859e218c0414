import type { Point } from './face-detector.ts';
import type { FaceGeometry } from './face-mesh.ts';
import { type Pyramid, type Square, sampleSquare } from './sampling.ts';

export const FACE_CROP = 150;

/** Of the side of the crop of {@link FACE_CROP}. The distance from eyes to mouth survives a turn of the head, the one between the eyes does not. */
const EYES_TO_MOUTH = 0.43;
/** Where the mean of both eyes and the mouth comes to lie, from the top. */
const MIDDLE = 0.44;
/** A head held straight differs by a few degrees, and turning by those does more harm than good. */
const LARGE_ROLL = (25 * Math.PI) / 180;

type Place = readonly [x: number, y: number];
export type FacePoints = readonly [Place, Place, Place, Place, Place];

/** The square picture of a face that a face network takes. */
export interface FaceAlignment {
  /** Side in pixels. */
  readonly canvas: number;
  /**
   * Where the left and the right eye (the viewer's), the tip of the nose and the left and the right corner of the mouth are to
   * lie in it, in pixels. Without them it is cut around eyes and mouth as {@link alignedSquare} does.
   */
  readonly points?: FacePoints | undefined;
}

export const FIRST_ALIGNMENT: FaceAlignment = { canvas: FACE_CROP };

type Landmarks = Pick<FaceGeometry, 'leftEye' | 'rightEye' | 'mouth'>;

/** The mean of the distances from each eye to the mouth. */
export function eyeMouthDistance({ leftEye, rightEye, mouth }: Landmarks): number {
  const toMouth = (eye: Point) => Math.hypot(mouth.x - eye.x, mouth.y - eye.y);
  return (toMouth(leftEye) + toMouth(rightEye)) / 2;
}

/** The square around a face that the face network was measured to work best on. */
export function alignedSquare(face: Landmarks & Pick<FaceGeometry, 'roll'>): Square {
  const side = eyeMouthDistance(face) / EYES_TO_MOUTH;
  const angle = Math.abs(face.roll) > LARGE_ROLL ? face.roll : 0;
  const down = (0.5 - MIDDLE) * side;
  return {
    x: (face.leftEye.x + face.rightEye.x + face.mouth.x) / 3 - down * Math.sin(angle),
    y: (face.leftEye.y + face.rightEye.y + face.mouth.y) / 3 + down * Math.cos(angle),
    side,
    angle,
  };
}

type FivePoints = Pick<FaceGeometry, 'leftEye' | 'rightEye' | 'nose' | 'leftOfMouth' | 'rightOfMouth'>;

/** The square whose picture has the five points of a face nearest to where they are to lie: least squares over shift, turn and scale. */
export function fivePointSquare(
  face: FivePoints,
  { canvas, points }: { canvas: number; points: FacePoints },
): Square {
  const from = [face.leftEye, face.rightEye, face.nose, face.leftOfMouth, face.rightOfMouth];
  const [middle, target] = [centre(from), centre(points.map(([x, y]) => ({ x, y })))];
  let [along, across, size] = [0, 0, 0];
  points.forEach(([x, y], index) => {
    const [u, v] = [from[index]!.x - middle.x, from[index]!.y - middle.y];
    const [p, q] = [x - target.x, y - target.y];
    along += u * p + v * q;
    across += u * q - v * p;
    size += u * u + v * v;
  });
  const scale = Math.hypot(along, across) / size;
  const angle = -Math.atan2(across, along);
  // From where the points' middle is to lie to the middle of the picture, turned back and brought to the image's scale.
  const [x, y] = [(canvas / 2 - target.x) / scale, (canvas / 2 - target.y) / scale];
  return {
    x: middle.x + x * Math.cos(angle) - y * Math.sin(angle),
    y: middle.y + x * Math.sin(angle) + y * Math.cos(angle),
    side: canvas / scale,
    angle,
  };
}

function centre(points: readonly Point[]): Point {
  const mean = (axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return { x: mean('x'), y: mean('y') };
}

/** The picture of a face that a network of this alignment takes: `canvas` x `canvas` RGB. */
export function pictureOf(
  pyramid: Pyramid,
  face: FaceGeometry,
  { canvas, points }: FaceAlignment,
): Uint8Array {
  if (!points) return cropFace(pyramid, alignedSquare(face), canvas);
  return rounded(sampleSquare(pyramid, fivePointSquare(face, { canvas, points }), canvas));
}

/**
 * `canvas` x `canvas` RGB around a square of which {@link FACE_CROP} pixels are the side: a network that sees more of the
 * head than that one gets more around it, at the same scale. Both even or both odd, so that pixels are the same ones.
 */
export function cropFace(pyramid: Pyramid, square: Square, canvas = FACE_CROP): Uint8Array {
  return rounded(sampleSquare(pyramid, { ...square, side: (square.side * canvas) / FACE_CROP }, canvas));
}

function rounded(pixels: Float32Array): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = pixels[index]! + 0.5;
  return bytes;
}

/** The {@link FACE_CROP} pixels in the middle. */
export function middleOf(crop: Uint8Array, canvas: number): Uint8Array {
  if (canvas === FACE_CROP) return crop;
  const margin = (canvas - FACE_CROP) / 2;
  const middle = new Uint8Array(FACE_CROP * FACE_CROP * 3);
  for (let row = 0; row < FACE_CROP; row++) {
    const from = ((row + margin) * canvas + margin) * 3;
    middle.set(crop.subarray(from, from + FACE_CROP * 3), row * FACE_CROP * 3);
  }
  return middle;
}
