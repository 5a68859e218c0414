import { alignedSquare, cropFace, eyeMouthDistance } from '@visavox/recognition/face-finding/face-alignment';
import type { Found } from '@visavox/recognition/face-finding/face-finder';
import { faceHints } from '@visavox/recognition/face-finding/face-hints';
import type { FaceGeometry } from '@visavox/recognition/face-finding/face-mesh';
import { assessFace } from '@visavox/recognition/face-finding/face-quality';
import type { Pyramid } from '@visavox/recognition/face-finding/sampling';

/** Where a face is, in parts of the frame's width and height; x runs to the person's left. */
export interface FacePlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface SeenFace {
  readonly kind: 'face';
  /** Null where only the server looked, which does not tell. */
  readonly place: FacePlace | null;
  /** Distance from eyes to mouth in parts of the frame's height. */
  readonly eyeMouth: number;
  /** Degrees, positive to the person's left. */
  readonly yaw: number;
  readonly roll: number;
  /** What would make the picture better, as codes. */
  readonly hints: readonly string[];
  readonly mouthOpening: number | null;
}

/** What one look at a frame comes to: a face, or the code of why there is none to use. */
export type FaceLook = SeenFace | { readonly kind: 'fault'; readonly code: string };

/** The hints of the server about light and sharpness; what it says of distance and turn is told from the face itself. */
const ABOUT_THE_LIGHT = new Set<string>(['too_dark', 'too_bright', 'hold_still', 'too_blurred']);

export function lookOf(found: Found, pyramid: Pyramid): FaceLook {
  if (found.kind === 'none') return { kind: 'fault', code: 'no_face' };
  if (found.kind === 'several') return { kind: 'fault', code: 'several_faces' };
  if (found.kind === 'upside_down') return { kind: 'fault', code: 'face_upside_down' };
  const { geometry } = found;
  const { width, height } = pyramid.image;
  const quality = assessFace(cropFace(pyramid, alignedSquare(geometry)), geometry, {
    width,
    height,
    scale: 1,
  });
  return {
    kind: 'face',
    place: placeOf(geometry, width, height),
    eyeMouth: eyeMouthDistance(geometry) / height,
    yaw: quality.yaw,
    roll: quality.roll,
    hints: faceHints(quality).filter((hint) => ABOUT_THE_LIGHT.has(hint)),
    mouthOpening: geometry.mouthOpening,
  };
}

function placeOf({ box }: FaceGeometry, width: number, height: number): FacePlace {
  return { x: box.x / width, y: box.y / height, width: box.width / width, height: box.height / height };
}
