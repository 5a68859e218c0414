import { eyeMouthDistance } from '../face-finding/face-alignment.ts';
import type { FaceGeometry } from '../face-finding/face-mesh.ts';
import { type Pyramid, sampleSquare } from '../face-finding/sampling.ts';

/** Side of a {@link View}, in pixels. */
export const VIEW = 40;
/** Grey, 0..255: a face by its eyes and its mouth, in one place and size in every picture of a burst. */
export type View = Uint8Array;

/** The distance from eyes to mouth, of the side. */
const EYES_TO_MOUTH = 0.4;

export function faceView(pyramid: Pyramid, face: FaceGeometry): View {
  const { leftEye, rightEye, mouth } = face;
  const square = {
    x: (leftEye.x + rightEye.x + mouth.x) / 3,
    y: (leftEye.y + rightEye.y + mouth.y) / 3,
    side: eyeMouthDistance(face) / EYES_TO_MOUTH,
    angle: face.roll,
  };
  const pixels = sampleSquare(pyramid, square, VIEW);
  const view = new Uint8Array(VIEW * VIEW);
  for (let at = 0; at < view.length; at++)
    view[at] = (pixels[3 * at]! + 2 * pixels[3 * at + 1]! + pixels[3 * at + 2]!) / 4 + 0.5;
  return view;
}
