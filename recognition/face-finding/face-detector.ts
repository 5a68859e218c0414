import { SystemError } from '@visavox/core/errors';
import type { ImageNetwork } from './image-network.ts';
import { type Pixels, type Pyramid, pointInImage, type Square, sampleSquare } from './sampling.ts';
import { Scratch } from './scratch.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels of the image. Left and right are the viewer's. */
export interface DetectedFace {
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly leftEye: Point;
  readonly rightEye: Point;
}

const INPUT = 256;
const MINIMUM_SCORE = 0.5;
const OVERLAP = 0.3;

/** Two anchors a cell of 16 pixels, six a cell of 32 (BlazeFace, back camera; arXiv:1907.05047). Centres in input pixels. */
const ANCHORS: readonly Point[] = [
  { stride: 16, repeat: 2 },
  { stride: 32, repeat: 6 },
].flatMap(({ stride, repeat }) => {
  const cells = INPUT / stride;
  return Array.from({ length: cells * cells * repeat }, (_, index) => {
    const cell = Math.floor(index / repeat);
    return { x: ((cell % cells) + 0.5) * stride, y: (Math.floor(cell / cells) + 0.5) * stride };
  });
});

/**
 * Where to look, one after another until a face is found: at the whole image, wider (a face that fills it), and
 * in overlapping parts (a face far away or off the centre).
 */
export function searches({
  width,
  height,
}: Pick<Pixels, 'width' | 'height'>): readonly (readonly Square[])[] {
  const view = (u: number, v: number, scale: number): Square => ({
    x: width * u,
    y: height * v,
    side: Math.max(width, height) * scale,
    angle: 0,
  });
  return [
    [view(0.5, 0.5, 1)],
    [view(0.5, 0.5, 1.6)],
    [view(0.5, 0.5, 0.6), ...[0.3, 0.7].flatMap((v) => [view(0.3, v, 0.6), view(0.7, v, 0.6)])],
  ];
}

export class FaceDetector {
  readonly #network: ImageNetwork;
  readonly #scratch = new Scratch(INPUT * INPUT * 3);

  constructor(network: ImageNetwork) {
    this.#network = network;
  }

  /** Faces in all `views`, each once. */
  async detect(pyramid: Pyramid, views: readonly Square[]): Promise<readonly DetectedFace[]> {
    const found: DetectedFace[] = [];
    for (const square of views) found.push(...(await this.#look(pyramid, square)));
    return suppress(found);
  }

  async #look(pyramid: Pyramid, square: Square): Promise<DetectedFace[]> {
    const result = await this.#scratch.lend((buffer) => {
      const pixels = sampleSquare(pyramid, square, INPUT, buffer);
      return this.#network.run(pixels, INPUT);
    });
    const [scores, boxes] = [result.get('scores'), result.get('boxes')];
    if (!scores || !boxes) throw new SystemError('the face detector gives no scores or no boxes');
    return decode(scores, boxes, square);
  }

  release(): Promise<void> {
    return this.#network.release();
  }
}

/** `scores`: the probability of a face an anchor. `boxes`: centre, size and six key points an anchor, relative to its centre. */
function decode(scores: Float32Array, boxes: Float32Array, square: Square): DetectedFace[] {
  const faces: DetectedFace[] = [];
  const unit = square.side / INPUT;
  ANCHORS.forEach((anchor, index) => {
    const score = scores[index]!;
    if (score < MINIMUM_SCORE) return;
    const box = boxes.subarray(index * 16, index * 16 + 16);
    const point = (at: number) =>
      pointInImage(square, (box[at]! + anchor.x) / INPUT, (box[at + 1]! + anchor.y) / INPUT);
    faces.push({
      score,
      ...point(0),
      width: box[2]! * unit,
      height: box[3]! * unit,
      leftEye: point(4),
      rightEye: point(6),
    });
  });
  return faces;
}

/** Keeps the surest of faces that overlap. */
function suppress(faces: readonly DetectedFace[]): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => intersectionOverUnion(face, other) < OVERLAP)) kept.push(face);
  }
  return kept;
}

function intersectionOverUnion(a: DetectedFace, b: DetectedFace): number {
  const shared = (p: number, q: number, sizeP: number, sizeQ: number) =>
    Math.max(0, Math.min(p + sizeP / 2, q + sizeQ / 2) - Math.max(p - sizeP / 2, q - sizeQ / 2));
  const common = shared(a.x, b.x, a.width, b.width) * shared(a.y, b.y, a.height, b.height);
  return common / (a.width * a.height + b.width * b.height - common);
}
