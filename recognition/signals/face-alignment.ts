import type { FaceGeometry } from './face-mesh.ts';
import { type Pyramid, type Square, sampleSquare } from './sampling.ts';

export const FACE_CROP = 150;

/** Of the side of the crop. The distance from eyes to mouth survives a turn of the head, the one between the eyes does not. */
const EYES_TO_MOUTH = 0.435;
/** Where the middle between eyes and mouth comes to lie, from the top. */
const MIDDLE = 0.44;
/** A head held straight differs by a few degrees, and turning by those does more harm than good. */
const LARGE_ROLL = (25 * Math.PI) / 180;

/** The square around a face that the face network was measured to work best on. */
export function alignedSquare(face: Pick<FaceGeometry, 'eyes' | 'mouth' | 'roll'>): Square {
  const side = Math.hypot(face.mouth.x - face.eyes.x, face.mouth.y - face.eyes.y) / EYES_TO_MOUTH;
  const angle = Math.abs(face.roll) > LARGE_ROLL ? face.roll : 0;
  const down = (0.5 - MIDDLE) * side;
  return {
    x: (face.eyes.x + face.mouth.x) / 2 - down * Math.sin(angle),
    y: (face.eyes.y + face.mouth.y) / 2 + down * Math.cos(angle),
    side,
    angle,
  };
}

/** 150 x 150 RGB. */
export function cropFace(pyramid: Pyramid, square: Square): Uint8Array {
  return Uint8Array.from(sampleSquare(pyramid, square, FACE_CROP), (value) => value + 0.5);
}
