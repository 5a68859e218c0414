import { type DetectedFace, type FaceDetector, searches } from './face-detector.ts';
import type { FaceGeometry, FaceMesh } from './face-mesh.ts';
import type { Pixels, Pyramid } from './sampling.ts';
import { fitWayUp } from './way-up.ts';

/** Someone else is in front of the camera too from this share of the first one's prominence. */
const COMPARABLE = 0.7;
/** How quickly a face is less prominent away from the middle, in parts of the image. */
const MIDDLE = 0.35;
/** What the mesh network says of a face, and below which the detector was certainly wrong. */
const MINIMUM_MESH_SCORE = 0.15;
const CERTAIN_MESH_SCORE = 0.5;

export type Found =
  | { readonly kind: 'face'; readonly geometry: FaceGeometry }
  | { readonly kind: 'several'; readonly faces: number }
  | { readonly kind: 'upside_down' }
  | { readonly kind: 'none' };

/** Finds the one face that an image is of. */
export class FaceFinder {
  readonly #detector: FaceDetector;
  readonly #mesh: FaceMesh;

  constructor(detector: FaceDetector, mesh: FaceMesh) {
    this.#detector = detector;
    this.#mesh = mesh;
  }

  async find(pyramid: Pyramid): Promise<Found> {
    const { image } = pyramid;
    let best: FaceGeometry | null = null;
    for (const views of searches(image)) {
      const faces = await this.#detector.detect(pyramid, views);
      const [first, second] = byProminence(faces, image);
      if (!first) continue;
      const networks = { detector: this.#detector, mesh: this.#mesh };
      const { geometry, doubtful } = await fitWayUp(networks, pyramid, { face: first, views });
      if (!best || geometry.score > best.score) best = geometry;
      if (geometry.score < CERTAIN_MESH_SCORE) continue;
      const comparable = second && prominence(second, image) >= prominence(first, image) * COMPARABLE;
      if (comparable && (await this.#mesh.fit(pyramid, second)).score >= CERTAIN_MESH_SCORE)
        return { kind: 'several', faces: faces.length };
      return doubtful ? { kind: 'upside_down' } : { kind: 'face', geometry };
    }
    if (!best || best.score < MINIMUM_MESH_SCORE) return { kind: 'none' };
    return { kind: 'face', geometry: best };
  }

  /** Looks where the face was in the image before, which costs a fraction; searches where it is not there any more. */
  async follow(pyramid: Pyramid, last: FaceGeometry | null): Promise<Found> {
    if (last) {
      const { box, leftEye, rightEye } = last;
      const geometry = await this.#mesh.fit(pyramid, { ...box, leftEye, rightEye });
      if (geometry.score >= CERTAIN_MESH_SCORE) return { kind: 'face', geometry };
    }
    return this.find(pyramid);
  }

  async release(): Promise<void> {
    await Promise.all([this.#detector.release(), this.#mesh.release()]);
  }
}

function byProminence(faces: readonly DetectedFace[], image: Pixels): DetectedFace[] {
  return [...faces].sort((a, b) => prominence(b, image) - prominence(a, image));
}

/** The person in front is large, in the middle and clearly a face. Smaller faces behind and at the edge are bystanders. */
function prominence(face: DetectedFace, { width, height }: Pixels): number {
  const away = Math.hypot(face.x / width - 0.5, face.y / height - 0.5);
  return face.score * face.width * Math.exp(-((away / MIDDLE) ** 2));
}
