import { eyeMouthDistance, FACE_CROP } from './face-alignment.ts';
import type { FaceGeometry } from './face-mesh.ts';

export interface FaceQuality {
  /** Energy of the fine detail in the aligned crop relative to its contrast: about 0.02 blurred, 0.3 and more crisp. */
  readonly sharpness: number;
  /** Mean luma of the face, 0..255. */
  readonly brightness: number;
  /** Distance from eyes to mouth in pixels of the original image. */
  readonly eyeMouthPixels: number;
  /** Degrees; 0 is straight. */
  readonly yaw: number;
  readonly roll: number;
  /** From the landmarks to the nearest edge of the image, in parts of the face's height; negative where they lie outside. */
  readonly margin: number;
  /** 0..1: how much there is to recognise. */
  readonly score: number;
}

const LIMITS = {
  eyeMouthPixels: 18,
  darkest: 25,
  brightest: 245,
  sharpness: 0.015,
  yaw: 60,
} as const;

/** `image`: in the pixels of the geometry, `scale` of which are one of the original. */
export function assessFace(
  crop: Uint8Array,
  geometry: FaceGeometry,
  image: { readonly width: number; readonly height: number; readonly scale: number },
): FaceQuality {
  const luma = new Float32Array(FACE_CROP * FACE_CROP);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3)
    luma[pixel] = 0.299 * crop[at]! + 0.587 * crop[at + 1]! + 0.114 * crop[at + 2]!;
  const { brightness, sharpness } = detail(luma);
  const degrees = (radians: number) => (radians * 180) / Math.PI;
  const measured = {
    sharpness,
    brightness,
    eyeMouthPixels: eyeMouthDistance(geometry) * image.scale,
    yaw: degrees(geometry.yaw),
    roll: degrees(geometry.roll),
    margin: marginOf(geometry, image),
  };
  return { ...measured, score: scoreOf(measured) };
}

/** The mesh goes on where the image ends, so that a face that is cut off is known by it. */
function marginOf({ box, roll }: FaceGeometry, image: { width: number; height: number }): number {
  const [across, along] = [Math.abs(Math.cos(roll)), Math.abs(Math.sin(roll))];
  const halfWidth = (box.width * across + box.height * along) / 2;
  const halfHeight = (box.height * across + box.width * along) / 2;
  const left = box.x - halfWidth;
  const top = box.y - halfHeight;
  const right = image.width - (box.x + halfWidth);
  const bottom = image.height - (box.y + halfHeight);
  return Math.min(left, top, right, bottom) / box.height;
}

export type FaceFault = 'face_too_small' | 'too_dark' | 'too_bright' | 'too_blurred' | 'face_turned';

/** What makes a picture useless, and has to be put right first; null where it can be used. */
export function faceFault(quality: FaceQuality): FaceFault | null {
  if (quality.eyeMouthPixels < LIMITS.eyeMouthPixels) return 'face_too_small';
  if (quality.brightness < LIMITS.darkest) return 'too_dark';
  if (quality.brightness > LIMITS.brightest) return 'too_bright';
  if (quality.sharpness < LIMITS.sharpness) return 'too_blurred';
  if (Math.abs(quality.yaw) > LIMITS.yaw) return 'face_turned';
  return null;
}

/** What lies inside the face: the middle of the crop. */
const INNER = [Math.round(FACE_CROP * 0.2), Math.round(FACE_CROP * 0.8)] as const;

function detail(luma: Float32Array): { brightness: number; sharpness: number } {
  let sum = 0;
  let squares = 0;
  let edges = 0;
  let count = 0;
  for (let y = INNER[0]; y < INNER[1]; y++) {
    for (let x = INNER[0]; x < INNER[1]; x++, count++) {
      const at = y * FACE_CROP + x;
      const value = luma[at]!;
      const laplacian =
        4 * value - luma[at - 2]! - luma[at + 2]! - luma[at - 2 * FACE_CROP]! - luma[at + 2 * FACE_CROP]!;
      sum += value;
      squares += value * value;
      edges += laplacian * laplacian;
    }
  }
  const brightness = sum / count;
  const contrast = squares / count - brightness * brightness;
  return { brightness, sharpness: edges / count / (contrast + 25) };
}

function scoreOf(quality: Omit<FaceQuality, 'score'>): number {
  const light = Math.min(
    ramp(quality.brightness, LIMITS.darkest, 70),
    ramp(-quality.brightness, -LIMITS.brightest, -215),
  );
  return (
    ramp(quality.eyeMouthPixels, LIMITS.eyeMouthPixels, 45) ** 0.5 *
    ramp(quality.sharpness, LIMITS.sharpness, 0.06) ** 0.5 *
    light ** 0.5 *
    ramp(-Math.abs(quality.yaw), -LIMITS.yaw, -15) ** 0.5
  );
}

function ramp(value: number, zero: number, one: number): number {
  return Math.min(1, Math.max(0, (value - zero) / (one - zero)));
}
