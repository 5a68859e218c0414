import { gaussian, smoothstep } from './surface.ts';
import type { FaceTraits } from './traits.ts';

/** What jaw, lips and tongue do. */
export interface MouthShape {
  /** The lower jaw's drop: 0 teeth together, 1 as for a loud "ah". */
  readonly jaw: number;
  /** Lips apart: 0 closed, 1 as for a loud "ah". */
  readonly open: number;
  /** Corners of the mouth: -1 drawn together and forward as for "oo", 1 drawn apart as for "ee". */
  readonly spread: number;
  /** The lower lip under the upper teeth, as for "f": 0..1. */
  readonly tuck: number;
  /** The tongue's tip behind the upper teeth, as for "n": 0..1. */
  readonly tongue: number;
}

/** What the muscles do in one image: all near 0 at rest. */
export interface Expression {
  readonly mouth: MouthShape;
  /** Corners up (1) or down (-1). */
  readonly smile: number;
  /** Lids: 1 as at rest, 0 shut. */
  readonly eyesOpen: number;
  readonly browRaise: number;
  /** Where the eyes look, in radians from straight ahead: to the person's left, and up. */
  readonly gaze: readonly [number, number];
}

export const closedMouth: MouthShape = { jaw: 0, open: 0, spread: 0, tuck: 0, tongue: 0 };

/** Between the lips when they are as far apart as for a loud "ah", in half head heights. */
const WIDEST = 0.21;
/** Radians by which the jaw is dropped then, and the axis that it turns on, before the ears. */
const JAW_ANGLE = 0.15;
const HINGE = { y: -0.08, z: -0.02 };
/** Of the gap, what the upper lip gives. */
const UPPER_SHARE = 0.2;

/** Height at which the lips meet, `x` from the middle, at rest. */
export function lipLine({ mouth }: FaceTraits, x: number): number {
  return mouth.y + mouth.corners * Math.min(1.2, Math.abs(x) / mouth.halfWidth) ** 2;
}

/** The furrow from the nose to beside the mouth: 1 in its depth. */
export function noseFold({ nose, mouth }: FaceTraits, side: number, y: number): number {
  const away = side - (nose.wings + 0.05 + (nose.tipY - y) * 0.55);
  return (
    gaussian(away, 0.022) *
    smoothstep(mouth.y - 0.06, mouth.y + 0.03, y) *
    smoothstep(nose.tipY + 0.03, nose.tipY - 0.04, y)
  );
}

export function jawAngle({ jaw }: MouthShape): number {
  return JAW_ANGLE * jaw;
}

/** How far a point of the lower jaw goes down and back when the jaw turns, for small angles. */
export function jawShift(angle: number, y: number, z: number): readonly [down: number, back: number] {
  return [angle * (z - HINGE.z), angle * (HINGE.y - y)];
}

/**
 * Where the points of the face's skin come to lie, those above or below the line of the lips. The jaw turns about its hinge and
 * takes the chin along; the lips part, are drawn together or apart; a smile raises corners and cheeks.
 */
export function deformed(
  traits: FaceTraits,
  expression: Expression,
  { points, side: part }: { points: Float32Array; side: 'above' | 'below' },
): Float32Array {
  const { mouth, nose } = traits;
  const { mouth: shape } = expression;
  const gap = WIDEST * shape.open;
  const angle = jawAngle(shape);
  const smile = Math.max(-0.5, Math.min(1.2, expression.smile));
  const [round, wide] = [Math.max(0, -shape.spread), Math.max(0, shape.spread)];
  const moved = Float32Array.from(points);
  for (let at = 0; at < points.length; at += 3) {
    const [x, y, z] = [points[at]!, points[at + 1]!, points[at + 2]!];
    if (z < 0.05 || y > nose.tipY + 0.35) continue;
    const side = Math.abs(x);
    const along = side / mouth.halfWidth;
    const line = lipLine(traits, x);
    const within = along < 1 ? (1 - along * along) ** 0.75 : 0;
    let [dx, dy, dz] = [0, 0, 0];
    if (part === 'above') {
      const lip = smoothstep(nose.tipY - 0.04, line + mouth.upper, y);
      dy += UPPER_SHARE * gap * within * lip;
    } else {
      const below = smoothstep(0, 0.2, line - y);
      dy -= (1 - UPPER_SHARE) * gap * within * (1 - below);
      const [down, back] = jawShift(angle, y, z);
      const held = below * smoothstep(0.7, 0.42, side);
      dy -= held * down;
      dz -= held * back;
      const lip = shape.tuck * within * smoothstep(0.14, 0.02, line - y);
      dy += 0.02 * lip;
      dz -= 0.05 * lip;
    }
    const around = gaussian(y - line, 0.12);
    const reach = gaussian(side, 1.25 * mouth.halfWidth);
    dx += x * (0.14 * wide - 0.42 * round - 0.1 * shape.jaw + 0.14 * smile) * reach * around;
    dz += (0.07 * round - 0.015 * wide) * gaussian(side, 0.8 * mouth.halfWidth) * gaussian(y - line, 0.08);
    const corner = Math.min(1, along) ** 2 * gaussian(Math.max(0, along - 1), 0.5) * gaussian(y - line, 0.14);
    dy += 0.05 * smile * corner;
    if (smile > 0) {
      dz += 0.03 * smile * gaussian(side - 0.36, 0.1) * gaussian(y + 0.3, 0.1);
      dz -= 0.013 * smile * noseFold(traits, side, y);
    }
    moved[at] = x + dx;
    moved[at + 1] = y + dy;
    moved[at + 2] = z + dz;
  }
  return moved;
}
