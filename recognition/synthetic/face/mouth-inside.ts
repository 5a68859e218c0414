import { type Expression, jawAngle, jawShift } from './expression.ts';
import { gaussian, type Point, smoothstep } from './surface.ts';
import type { FaceTraits } from './traits.ts';

export interface Inside {
  red: number;
  green: number;
  blue: number;
  /** Of the light that falls on the lips, what comes so far in. */
  lit: number;
}

/** Behind the lips, in half head heights: the rows of teeth, and the tongue behind them. */
const TEETH = 0.03;
const TONGUE = 0.13;
/** How quickly the arch of teeth goes back to the sides. */
const ARCH = 1.7;

/**
 * What is seen between the lips along the line of sight from `eye` through the point `at` of the opening, in the head's axes:
 * upper teeth that the skull holds, lower teeth and tongue that go with the jaw, or nothing but dark.
 */
export function lookInside(
  inside: Inside,
  { traits, expression }: { traits: FaceTraits; expression: Expression },
  { at, eye, lips }: { at: Point; eye: Point; lips: number },
): void {
  const { mouth } = traits;
  const [dx, dy, dz] = [at[0] - eye[0], at[1] - eye[1], at[2] - eye[2]];
  const behind = (depth: number): Point => {
    let [x, y] = [at[0], at[1]];
    for (let step = 0; step < 3; step++) {
      const along = (lips - depth - ARCH * x * x - at[2]) / dz;
      x = at[0] + along * dx;
      y = at[1] + along * dy;
    }
    return [x, y, lips - depth - ARCH * x * x];
  };
  const [down] = jawShift(jawAngle(expression.mouth), mouth.y, lips);
  const tooth = behind(TEETH);
  const upperEdge = mouth.y - 0.02 + 0.25 * tooth[0] * tooth[0];
  const lowerEdge = mouth.y - 0.035 - down;
  const side = Math.abs(tooth[0]) / mouth.halfWidth;
  const corner = smoothstep(1.05, 0.45, side);
  if (tooth[1] > upperEdge || tooth[1] < lowerEdge) {
    const upper = tooth[1] > upperEdge;
    const gums = upper
      ? smoothstep(mouth.y + 0.075, mouth.y + 0.1, tooth[1])
      : smoothstep(lowerEdge - 0.06, lowerEdge - 0.085, tooth[1]);
    const width = upper ? 0.068 : 0.048;
    const place = tooth[0] / width - Math.round(tooth[0] / width);
    const between = gaussian(0.5 - Math.abs(place), 0.06);
    const shade = (upper ? 0.95 : 0.8) * (1 - 0.45 * between) * (0.35 + 0.65 * corner);
    inside.red = (0.66 + (0.4 - 0.66) * gums) * shade;
    inside.green = (0.6 + (0.12 - 0.6) * gums) * shade;
    inside.blue = (0.5 + (0.12 - 0.5) * gums) * shade;
    // The lip's shadow lies on the upper teeth.
    const shadowed = upper ? 0.4 + 0.3 * smoothstep(mouth.y + 0.05, mouth.y - 0.02, tooth[1]) : 0.45;
    // Lips that are pushed forward leave the teeth in the dark.
    inside.lit = shadowed * (1 - 0.75 * Math.max(0, -expression.mouth.spread));
    return;
  }
  const raised = expression.mouth.tongue;
  const flesh = behind(TONGUE - 0.07 * raised);
  const top = mouth.y - 0.06 - 0.75 * down + raised * (0.055 + 0.6 * down);
  const tongue = smoothstep(top + 0.015, top - 0.015, flesh[1]) * smoothstep(0.95, 0.6, side);
  inside.red = 0.05 + 0.3 * tongue;
  inside.green = 0.012 + 0.085 * tongue;
  inside.blue = 0.012 + 0.08 * tongue;
  inside.lit = 0.25 + 0.3 * tongue * corner;
}
