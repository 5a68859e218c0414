import { deformed, type Expression, lipLine, noseFold } from './expression.ts';
import { gaussian, type Point, type Surface, smoothstep, surfaceOf } from './surface.ts';
import type { FaceTraits } from './traits.ts';

/** How far the features stand out of the plain skull at (x, y). */
function relief(traits: FaceTraits, x: number, y: number): number {
  const { head, eye, brow, nose, mouth } = traits;
  const side = Math.abs(x);
  let z = 0;
  z += brow.ridge * gaussian(side - eye.x * 0.75, 0.15) * gaussian(y - eye.y - brow.height * 0.85, 0.06);
  z -= eye.depth * gaussian(side - eye.x * 0.93, 0.15) * gaussian(y - eye.y - 0.01, 0.085);
  z += (eye.depth * 0.55 + 0.012) * gaussian(side - eye.x, eye.halfWidth * 0.62) * gaussian(y - eye.y, 0.062);
  z += 0.014 * traits.eye.bags * gaussian(side - eye.x, 0.1) * gaussian(y - eye.y + 0.115, 0.025);

  const root = eye.y + nose.root;
  const along = (root - y) / (root - nose.tipY);
  const bridgeFade = smoothstep(-0.25, 0.12, along) * smoothstep(1.22 - 0.1 * nose.upturn, 0.98, along);
  const height =
    nose.bridge * 0.55 +
    (nose.bridge * 0.45 + 0.05) * along +
    nose.hook * Math.sin(Math.PI * Math.max(0, Math.min(1, along)));
  const width = nose.bridgeWidth + (nose.tipWidth * 0.8 - nose.bridgeWidth) * smoothstep(0.35, 1, along);
  z += height * bridgeFade * gaussian(x, width);
  const below = y < nose.tipY ? 0.055 + 0.02 * nose.upturn : 0.085;
  z += (nose.tip - 0.09) * gaussian(x, nose.tipWidth) * gaussian(y - nose.tipY, Math.max(0.035, below));
  z += 0.1 * gaussian(side - nose.wings, 0.04) * gaussian(y - nose.tipY + 0.015, 0.045);

  z += head.cheekbone * gaussian(side - 0.42, 0.13) * gaussian(y + 0.14, 0.12);
  z += head.cheekFat * gaussian(side - 0.4, 0.16) * gaussian(y + 0.5, 0.17);
  z -= 0.022 * traits.skin.folds * noseFold(traits, side, y);

  const lipFade = 1 - smoothstep(mouth.halfWidth * 0.55, mouth.halfWidth * 1.15, side);
  const line = lipLine(traits, x);
  z += 0.05 * gaussian(side, 0.2) * gaussian(y - mouth.y, 0.15);
  z += mouth.fullness * lipFade * gaussian(y - line - mouth.upper * 0.5, mouth.upper * 0.6 + 0.012);
  z += mouth.fullness * 1.2 * lipFade * gaussian(y - line + mouth.lower * 0.6, mouth.lower * 0.6 + 0.012);
  z -= 0.025 * lipFade * gaussian(y - line, 0.014);
  z -= 0.03 * gaussian(side, 0.1) * gaussian(y - mouth.y + mouth.lower + 0.065, 0.035);
  z -= 0.012 * gaussian(x, 0.022) * gaussian(y - (mouth.y + nose.tipY) / 2, 0.06);
  z += head.chin * gaussian(side, head.chinWidth) * gaussian(y - head.chinY, 0.09);
  return z;
}

/** The plain skull's point at polar angle `t` (0 crown, pi under the chin) and azimuth `a` (0 to the viewer). */
export function skull(traits: FaceTraits, a: number, t: number): Point {
  const { head } = traits;
  const y = Math.cos(t);
  const square = y > 0 ? 2.25 : head.jawSquareness;
  const around = (1 - Math.abs(y) ** square) ** (1 / square);
  const forward = (1 - Math.abs(y) ** (y > 0 ? 2.4 : 3.4)) ** (1 / (y > 0 ? 2.4 : 3.4));
  const taper = 1 - head.jawTaper * smoothstep(0.05, -0.95, y);
  const round = 2 / 2.35;
  const sine = Math.sign(Math.sin(a)) * Math.abs(Math.sin(a)) ** round;
  const cosine = Math.sign(Math.cos(a)) * Math.abs(Math.cos(a)) ** round;
  return [head.width * around * taper * sine, y, 0.78 * forward * cosine];
}

/** The face at rest, above and below the line where the lips meet; the last row of the one is the first of the other. */
interface RestingHead {
  readonly above: Float32Array;
  readonly below: Float32Array;
  readonly rowsAbove: number;
  readonly rowsBelow: number;
  readonly columns: number;
}

const resting = new WeakMap<FaceTraits, Map<number, RestingHead>>();

/** `detail`: 1 for pictures in which half a head is 130 pixels high. */
function restingHead(traits: FaceTraits, detail: number): RestingHead {
  const known = resting.get(traits) ?? new Map<number, RestingHead>();
  resting.set(traits, known);
  const made = known.get(detail) ?? makeRestingHead(traits, detail);
  known.set(detail, made);
  return made;
}

function makeRestingHead(traits: FaceTraits, detail: number): RestingHead {
  const columns = 2 * Math.round(85 * detail) + 1;
  const rowsAbove = Math.round(125 * detail);
  const rowsBelow = Math.round(75 * detail);
  const above = new Float32Array(rowsAbove * columns * 3);
  const below = new Float32Array(rowsBelow * columns * 3);
  for (let column = 0; column < columns; column++) {
    const azimuth = (column / (columns - 1) - 0.5) * Math.PI * 1.3;
    const meeting = Math.acos(lipLine(traits, skull(traits, azimuth, Math.acos(traits.mouth.y))[0]));
    for (let row = 0; row < rowsAbove; row++) {
      const polar = 0.001 + (row / (rowsAbove - 1)) * (meeting - 0.001);
      above.set(restingPoint(traits, azimuth, polar), (row * columns + column) * 3);
    }
    for (let row = 0; row < rowsBelow; row++) {
      const polar = meeting + (row / (rowsBelow - 1)) * (Math.PI - 0.001 - meeting);
      below.set(restingPoint(traits, azimuth, polar), (row * columns + column) * 3);
    }
  }
  return { above, below, rowsAbove, rowsBelow, columns };
}

function restingPoint(traits: FaceTraits, azimuth: number, polar: number): Point {
  const [x, y, z] = skull(traits, azimuth, polar);
  const front = smoothstep(0.02, 0.3, z);
  return [x, y, front > 0 ? z + front * relief(traits, x, y) : z];
}

/** How far forward the lips meet, in the middle, at rest: the teeth behind them stay while lips are pushed forward. */
export function lipsForward(traits: FaceTraits): number {
  return restingPoint(traits, 0, Math.acos(traits.mouth.y))[2];
}

/** The skin above and below the mouth, and what is seen between the lips where they are apart. */
export function headSurfaces(traits: FaceTraits, expression: Expression, detail: number): Surface[] {
  const { above, below, rowsAbove, rowsBelow, columns } = restingHead(traits, detail);
  const upper = deformed(traits, expression, { points: above, side: 'above' });
  const lower = deformed(traits, expression, { points: below, side: 'below' });
  const skin = [
    surfaceOf('skin', { rows: rowsAbove, columns, positions: upper, rest: above }),
    surfaceOf('skin', { rows: rowsBelow, columns, positions: lower, rest: below }),
  ];
  if (expression.mouth.open < 0.01) return skin;
  const lipsAbove = upper.subarray((rowsAbove - 1) * columns * 3);
  const lipsBelow = lower.subarray(0, columns * 3);
  const within = (column: number) => Math.abs(below[column * 3]!) <= traits.mouth.halfWidth * 1.05;
  const first = Array.from({ length: columns }, (_, column) => column).findIndex(within);
  const count = columns - 2 * first;
  const between = new Float32Array(2 * count * 3);
  between.set(lipsAbove.subarray(first * 3, (first + count) * 3));
  between.set(lipsBelow.subarray(first * 3, (first + count) * 3), count * 3);
  return [...skin, surfaceOf('mouth', { rows: 2, columns: count, positions: between, rest: between })];
}
