import type { DetectedFace, FaceDetector } from './face-detector.ts';
import type { FaceGeometry, FaceMesh } from './face-mesh.ts';
import type { Pyramid, Square } from './sampling.ts';

export interface WayUp {
  readonly geometry: FaceGeometry;
  /** Fits about as well standing on its head: nothing is told from it. */
  readonly doubtful: boolean;
}

/**
 * Faces that stand on their heads are found as well, taken for upright ones with odd features, and the mesh network is
 * nearly as sure of those. One in five upright faces is below either of these, and all but one in two hundred others.
 */
const SURELY_UPRIGHT = { detector: 0.86, mesh: 0.9995 } as const;
/** In logits; of 453 upright faces none came below 2.4, and those that stood on their heads were at -17. */
const DOUBTFUL = 2;
const QUARTER = Math.PI / 2;

/** The mesh of a face that was found in these views, whichever way up it is. */
export async function fitWayUp(
  { detector, mesh }: { detector: FaceDetector; mesh: FaceMesh },
  pyramid: Pyramid,
  { face, views }: { face: DetectedFace; views: readonly Square[] },
): Promise<WayUp> {
  const { geometry, doubtful } = await betterOfBoth(mesh, pyramid, face);
  const quarters = Math.round(geometry.roll / QUARTER);
  if (quarters === 0 || doubtful) return { geometry, doubtful };
  // The detector does not know heads that are turned so far: its box and eyes were not quite where they are.
  const turned = views.map((view) => ({ ...view, angle: quarters * QUARTER }));
  const again = nearest(await detector.detect(pyramid, turned), face);
  return { geometry: again ? await mesh.fit(pyramid, again) : geometry, doubtful };
}

async function betterOfBoth(mesh: FaceMesh, pyramid: Pyramid, face: DetectedFace): Promise<WayUp> {
  const asFound = await mesh.fit(pyramid, face);
  if (face.score >= SURELY_UPRIGHT.detector && asFound.score >= SURELY_UPRIGHT.mesh)
    return { geometry: asFound, doubtful: false };
  const turned = await mesh.fit(pyramid, { ...face, leftEye: face.rightEye, rightEye: face.leftEye });
  const difference = logit(asFound.score) - logit(turned.score);
  return difference >= 0
    ? { geometry: asFound, doubtful: difference < DOUBTFUL }
    : { geometry: turned, doubtful: false };
}

function nearest(faces: readonly DetectedFace[], to: DetectedFace): DetectedFace | undefined {
  const away = (face: DetectedFace) => Math.hypot(face.x - to.x, face.y - to.y);
  const [first] = [...faces].sort((a, b) => away(a) - away(b));
  return first && away(first) < to.width / 2 ? first : undefined;
}

function logit(probability: number): number {
  const inside = Math.min(1 - 1e-7, Math.max(1e-7, probability));
  return Math.log(inside / (1 - inside));
}
