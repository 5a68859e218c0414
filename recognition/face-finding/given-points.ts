import { eyeMouthDistance, type FacePoints } from './face-alignment.ts';
import type { Point } from './face-detector.ts';
import type { FaceGeometry } from './face-mesh.ts';

/**
 * What five points tell of a face that nobody searched for, as lists of data sets give them: pixels of the picture, of which
 * `scale` make one here. Which way it looks they do not tell, so it counts as straight.
 */
export function geometryOfPoints(points: FacePoints, scale: number): FaceGeometry {
  const at = (index: 0 | 1 | 2 | 3 | 4): Point => ({
    x: points[index][0] / scale,
    y: points[index][1] / scale,
  });
  const [leftEye, rightEye, nose, leftOfMouth, rightOfMouth] = [at(0), at(1), at(2), at(3), at(4)];
  const mouth = { x: (leftOfMouth.x + rightOfMouth.x) / 2, y: (leftOfMouth.y + rightOfMouth.y) / 2 };
  const side = 2 * eyeMouthDistance({ leftEye, rightEye, mouth });
  return {
    ...{ score: 1, leftEye, rightEye, nose, leftOfMouth, rightOfMouth, mouth },
    yaw: 0,
    roll: Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x),
    ...{ mouthOpening: 0, lips: new Float32Array(), lids: 0 },
    box: { x: nose.x, y: nose.y, width: side, height: side },
  };
}
