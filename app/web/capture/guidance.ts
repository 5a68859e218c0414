import type { FaceLook, FacePlace, SeenFace } from './face/face-look.ts';
import type { FrameHint } from './frame-measures.ts';

/** Where to move the head or the device; left and right as the person sees them. */
export type Direction = 'left' | 'right' | 'up' | 'down' | 'nearer' | 'further';

export interface Guidance {
  /** The code of a hint or of a problem; null where all is well. */
  readonly hint: string | null;
  readonly direction: Direction | null;
}

export const ALL_IS_WELL: Guidance = { hint: null, direction: null };

/**
 * The oval of the stage, in parts of the frame: its size, and where the middle of a face lies in it. That is lower than the
 * oval's own, since the face begins below the hair.
 */
export const OVAL = { x: 0.5, y: 0.47, width: 0.613, height: 0.6 } as const;

/** How far the middle of a face may be from the middle of the oval, in parts of the oval. */
const OFF_CENTRE = 0.23;
/**
 * Of the distance from eyes to mouth, in parts of the frame's height. It is about two fifths of an adult's face, so that a
 * face which fills the oval has 0.24.
 */
const FAR = 0.1;
const NEAR = 0.31;
/** Degrees of turn that still count as looking straight ahead. */
const STRAIGHT = 20;

/** What helps next, the most important first. `mayTurn`: a turn of the head is what is asked for. */
export function guidanceFor(
  look: FaceLook,
  light: FrameHint | null,
  { mayTurn = false }: { mayTurn?: boolean } = {},
): Guidance {
  // Where no face is found, the light may be why.
  if (look.kind === 'fault') {
    const dark = light === 'hold_still' ? null : light;
    return { hint: look.code === 'no_face' ? (dark ?? 'no_face') : look.code, direction: null };
  }
  const direction = moveTo(look, mayTurn);
  if (direction) return { hint: MOVES[direction], direction };
  const hint = light ?? look.hints[0];
  if (hint) return { hint, direction: null };
  if (!mayTurn && Math.abs(look.yaw) > STRAIGHT) return { hint: 'face_turned', direction: null };
  return ALL_IS_WELL;
}

const MOVES = {
  left: 'move_left',
  right: 'move_right',
  up: 'move_up',
  down: 'move_down',
  nearer: 'face_too_small',
  further: 'face_too_large',
} as const satisfies Record<Direction, string>;

function moveTo({ place, eyeMouth }: SeenFace, mayTurn: boolean): Direction | null {
  if (eyeMouth > NEAR) return 'further';
  const aside = place && awayFromOval(place, mayTurn);
  if (aside) return aside;
  return eyeMouth < FAR ? 'nearer' : null;
}

/** A head that turns leaves the middle, but never the picture. */
function awayFromOval(place: FacePlace, mayTurn: boolean): Direction | null {
  const [x, y] = [(place.x - OVAL.x) / OVAL.width, (place.y - OVAL.y) / OVAL.height];
  const allowed = mayTurn ? OFF_CENTRE * 2 : OFF_CENTRE;
  const outside = {
    left: place.x + place.width / 2 > 1,
    right: place.x - place.width / 2 < 0,
    up: place.y + place.height / 2 > 1,
    down: place.y - place.height / 2 < 0,
  };
  // What is on the right of the camera's picture is on the person's left, and the person moves to the right.
  if (Math.abs(x) >= Math.abs(y)) {
    if (x > allowed || outside.left) return 'right';
    if (x < -allowed || outside.right) return 'left';
  }
  if (y > allowed || outside.up) return 'up';
  if (y < -allowed || outside.down) return 'down';
  if (x > allowed || outside.left) return 'right';
  if (x < -allowed || outside.right) return 'left';
  return null;
}
