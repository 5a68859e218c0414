import { SystemError } from '@visavox/core/errors';
import type { DetectedFace, Point } from './face-detector.ts';
import type { ImageNetwork } from './image-network.ts';
import { type Pyramid, pointInImage, type Square, sampleSquare } from './sampling.ts';
import { Scratch } from './scratch.ts';

const INPUT = 192;
const POINTS = 468;
/** The mesh network expects the face with a margin of a quarter on each side (MediaPipe). */
const MARGIN = 1.5;

/** Landmarks in pixels of the image; left and right are the viewer's. Angles in radians. */
export interface FaceGeometry {
  /** 0..1: is this a face at all. */
  readonly score: number;
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly mouth: Point;
  readonly nose: Point;
  readonly leftOfMouth: Point;
  readonly rightOfMouth: Point;
  readonly yaw: number;
  readonly roll: number;
  /** Distance between the lips in parts of that from eyes to mouth: 0 closed, about 0.4 wide open. */
  readonly mouthOpening: number;
  /** x and y of 18 points of the lips from their middle, and the height of the eyes' gap, in parts of the distance from eyes to mouth. */
  readonly lips: Float32Array;
  readonly lids: number;
  /** What surrounds all landmarks. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export class FaceMesh {
  readonly #network: ImageNetwork;
  readonly #scratch = new Scratch(INPUT * INPUT * 3);

  constructor(network: ImageNetwork) {
    this.#network = network;
  }

  async fit(
    pyramid: Pyramid,
    face: Pick<DetectedFace, 'x' | 'y' | 'width' | 'height' | 'leftEye' | 'rightEye'>,
  ): Promise<FaceGeometry> {
    const square: Square = {
      x: face.x,
      y: face.y,
      side: Math.max(face.width, face.height) * MARGIN,
      angle: Math.atan2(face.rightEye.y - face.leftEye.y, face.rightEye.x - face.leftEye.x),
    };
    const result = await this.#scratch.lend((buffer) => {
      const pixels = sampleSquare(pyramid, square, INPUT, buffer);
      return this.#network.run(pixels, INPUT);
    });
    const [mesh, score] = [result.get('landmarks'), result.get('confidence')?.[0]];
    if (mesh?.length !== POINTS * 3 || score === undefined)
      throw new SystemError('the face mesh network gives no mesh or no score');
    return { score, ...geometry(mesh, square) };
  }

  release(): Promise<void> {
    return this.#network.release();
  }
}

/** Indices of MediaPipe's canonical face model. */
const LEFT_EYE = [33, 133, 159, 145];
const RIGHT_EYE = [263, 362, 386, 374];
const MOUTH = [61, 291, 13, 14];
const NOSE = [1];
const CORNERS_OF_MOUTH = [61, 291] as const;
const INNER_LIPS = [13, 14] as const;
const LIPS = [61, 84, 17, 314, 291, 40, 37, 0, 267, 270, 78, 87, 14, 317, 308, 82, 13, 312];
/** Upper and lower lid of each eye. */
const LIDS = [
  [159, 145],
  [386, 374],
] as const;
const LEFT_CHEEK = 234;
const RIGHT_CHEEK = 454;

function geometry(mesh: Float32Array, square: Square): Omit<FaceGeometry, 'score'> {
  const mean = (indices: readonly number[]): Point => {
    const sum = (axis: number) => indices.reduce((total, index) => total + mesh[index * 3 + axis]!, 0);
    return pointInImage(square, sum(0) / indices.length / INPUT, sum(1) / indices.length / INPUT);
  };
  const leftEye = mean(LEFT_EYE);
  const rightEye = mean(RIGHT_EYE);
  const mouth = mean(MOUTH);
  const [upper, lower] = [mean([INNER_LIPS[0]]), mean([INNER_LIPS[1]])];
  const eyes = { x: (leftEye.x + rightEye.x) / 2, y: (leftEye.y + rightEye.y) / 2 };
  const across = (axis: number) => mesh[RIGHT_CHEEK * 3 + axis]! - mesh[LEFT_CHEEK * 3 + axis]!;
  return {
    leftEye,
    rightEye,
    mouth,
    nose: mean(NOSE),
    leftOfMouth: mean([CORNERS_OF_MOUTH[0]]),
    rightOfMouth: mean([CORNERS_OF_MOUTH[1]]),
    mouthOpening:
      Math.hypot(upper.x - lower.x, upper.y - lower.y) / Math.hypot(eyes.x - mouth.x, eyes.y - mouth.y),
    ...shapeOf(mesh),
    box: boxOf(mesh, square),
    yaw: Math.atan2(across(2), Math.hypot(across(0), across(1))),
    roll: Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x),
  };
}

/** In the axes of the eyes, which are level in the square but for a little. */
function shapeOf(mesh: Float32Array): Pick<FaceGeometry, 'lips' | 'lids'> {
  const mean = (indices: readonly number[], axis: number) =>
    indices.reduce((sum, index) => sum + mesh[index * 3 + axis]!, 0) / indices.length;
  const [acrossX, acrossY] = [0, 1].map((axis) => mean(RIGHT_EYE, axis) - mean(LEFT_EYE, axis)) as [
    number,
    number,
  ];
  const across = Math.hypot(acrossX, acrossY) || 1;
  const [cosine, sine] = [acrossX / across, acrossY / across];
  const toMouth = [0, 1].map((axis) => mean(MOUTH, axis) - mean([...LEFT_EYE, ...RIGHT_EYE], axis)) as [
    number,
    number,
  ];
  const unit = Math.hypot(...toMouth) || 1;
  const [middleX, middleY] = [mean(LIPS, 0), mean(LIPS, 1)];
  const lips = new Float32Array(LIPS.length * 2);
  for (const [at, index] of LIPS.entries()) {
    const [x, y] = [mesh[index * 3]! - middleX, mesh[index * 3 + 1]! - middleY];
    lips[2 * at] = (x * cosine + y * sine) / unit;
    lips[2 * at + 1] = (-x * sine + y * cosine) / unit;
  }
  const gap = ([upper, lower]: readonly [number, number]) =>
    Math.hypot(mesh[upper * 3]! - mesh[lower * 3]!, mesh[upper * 3 + 1]! - mesh[lower * 3 + 1]!);
  return { lips, lids: (gap(LIDS[0]) + gap(LIDS[1])) / 2 / unit };
}

/** In the axes of the square, so that a head that is tilted is not larger. */
function boxOf(mesh: Float32Array, square: Square): FaceGeometry['box'] {
  let [left, right, top, bottom] = [INPUT, 0, INPUT, 0];
  for (let at = 0; at < mesh.length; at += 3) {
    left = Math.min(left, mesh[at]!);
    right = Math.max(right, mesh[at]!);
    top = Math.min(top, mesh[at + 1]!);
    bottom = Math.max(bottom, mesh[at + 1]!);
  }
  const centre = pointInImage(square, (left + right) / 2 / INPUT, (top + bottom) / 2 / INPUT);
  const unit = square.side / INPUT;
  return { ...centre, width: (right - left) * unit, height: (bottom - top) * unit };
}
