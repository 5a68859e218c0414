import { closedMouth, type MouthShape } from './face/expression.ts';
import type { Moment } from './performance.ts';

const degrees = Math.PI / 180;
const STEP = 4 * degrees;
/** A head that is turned less is held straight. */
const STRAIGHT = 3 * degrees;

const OPENINGS = [0, 0.1, 0.2, 0.3, 0.42, 0.56, 0.72, 0.92];
/** A blink is seen where the mouth is less open. */
const BLINKING = 0.35;
const SPREADS = [-0.9, -0.45, 0, 0.5];

/**
 * The nearest of a few looks, so that a picture that was rendered once does for many moments: some turns of the head, and
 * straight ahead some two dozen shapes of the mouth. What a shift of the whole picture can show is left in `shift`.
 */
export function coarse({ expression, pose, shift }: Moment): Moment {
  const turned = Math.abs(pose.yaw) >= STRAIGHT;
  const yaw = turned ? Math.round(pose.yaw / STEP) * STEP : 0;
  const mouth = turned ? closedMouth : nearestShape(expression.mouth);
  return {
    expression: {
      mouth,
      smile: expression.smile,
      // With few shapes of the mouth: blinks are short, and would be as many looks again.
      eyesOpen: expression.eyesOpen < 0.4 && mouth.open < BLINKING && !turned ? 0.05 : 1,
      browRaise: 0,
      gaze: [Math.max(-0.4, Math.min(0.4, -0.8 * yaw)), 0],
    },
    pose: { yaw, pitch: 0, roll: 0 },
    shift,
    nearer: 1,
  };
}

function nearestShape({ open, spread, tuck, jaw }: MouthShape): MouthShape {
  const tucked = tuck > 0.5;
  const opening = tucked ? 0.1 : nearest(OPENINGS, open);
  return {
    open: opening,
    jaw: tucked ? 0.1 : Math.max(0, opening + (jaw > open ? 0.04 : -0.04)),
    spread: opening === 0 || tucked ? 0 : nearest(SPREADS, spread),
    tuck: tucked ? 1 : 0,
    tongue: 0,
  };
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
}
