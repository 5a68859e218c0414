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

/**
 * `canvas` x `canvas` RGB around a square of which {@link FACE_CROP} pixels are the side: a network that sees more of the
 * head than that one gets more around it, at the same scale. Both even or both odd, so that pixels are the same ones.
 */
export function cropFace(pyramid: Pyramid, square: Square, canvas = FACE_CROP): Uint8Array {
  const pixels = sampleSquare(pyramid, { ...square, side: (square.side * canvas) / FACE_CROP }, canvas);
  const crop = new Uint8Array(pixels.length);
  for (let index = 0; index < crop.length; index++) crop[index] = pixels[index]! + 0.5;
  return crop;
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
