import type { FaceTraits } from './traits.ts';

/** A grid of points; neighbours in both directions make the surface. Positions in half head heights. */
export interface Surface {
  readonly kind: 'skin' | 'hair' | 'neck' | 'cloth';
  readonly rows: number;
  readonly columns: number;
  readonly positions: Float32Array;
}

/** What the muscles do in one image: all near 0 at rest. */
export interface Expression {
  /** Lips apart, 0..1. */
  readonly mouthOpen: number;
  /** Corners up (1) or down (-1). */
  readonly smile: number;
  /** Lids: 1 as at rest, 0 shut. */
  readonly eyesOpen: number;
  readonly browRaise: number;
}

export const gaussian = (distance: number, width: number) => Math.exp(-0.5 * (distance / width) ** 2);

export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

type Point = readonly [number, number, number];

function grid(
  kind: Surface['kind'],
  rows: number,
  columns: number,
  point: (u: number, v: number) => Point,
): Surface {
  const positions = new Float32Array(rows * columns * 3);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      positions.set(point(column / (columns - 1), row / (rows - 1)), (row * columns + column) * 3);
    }
  }
  return { kind, rows, columns, positions };
}

/** Lower jaw's drop at height y when the mouth opens. */
function jawDrop(traits: FaceTraits, expression: Expression, y: number): number {
  return 0.09 * expression.mouthOpen * smoothstep(traits.mouth.y + 0.02, traits.mouth.y - 0.1, y);
}

/** How far the features stand out of the plain skull at (x, y). */
function relief(traits: FaceTraits, expression: Expression, x: number, y: number): number {
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
  z += 0.03 * Math.max(0, expression.smile) * gaussian(side - 0.36, 0.1) * gaussian(y + 0.3, 0.1);
  const fold = side - (nose.wings + 0.05 + (nose.tipY - y) * 0.55);
  z -=
    0.022 *
    (traits.skin.folds + 0.6 * Math.max(0, expression.smile)) *
    gaussian(fold, 0.022) *
    smoothstep(mouth.y - 0.06, mouth.y + 0.03, y) *
    smoothstep(nose.tipY + 0.03, nose.tipY - 0.04, y);

  const lipFade = 1 - smoothstep(mouth.halfWidth * 0.55, mouth.halfWidth * 1.15, side);
  const line = mouth.y + expression.smile * 0.1 * (side / mouth.halfWidth) ** 2 * 0.4;
  z += 0.05 * gaussian(side, 0.2) * gaussian(y - mouth.y, 0.15);
  z += mouth.fullness * lipFade * gaussian(y - line - mouth.upper * 0.5, mouth.upper * 0.6 + 0.012);
  z += mouth.fullness * 1.2 * lipFade * gaussian(y - line + mouth.lower * 0.6, mouth.lower * 0.6 + 0.012);
  z -= 0.025 * lipFade * gaussian(y - line, 0.011);
  z -= 0.03 * gaussian(side, 0.1) * gaussian(y - mouth.y + mouth.lower + 0.065, 0.035);
  z -= 0.012 * gaussian(x, 0.022) * gaussian(y - (mouth.y + nose.tipY) / 2, 0.06);
  z += head.chin * gaussian(side, head.chinWidth) * gaussian(y - head.chinY, 0.09);
  return z;
}

/** The plain skull's point at polar angle `t` (0 crown, pi under the chin) and azimuth `a` (0 to the viewer). */
function skull(traits: FaceTraits, a: number, t: number): Point {
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

export function headSurface(traits: FaceTraits, expression: Expression): Surface {
  return grid('skin', 190, 170, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.3;
    const t = 0.001 + v * (Math.PI - 0.002);
    const [x, y, z] = skull(traits, a, t);
    const front = smoothstep(0.02, 0.3, z);
    const out = front > 0 ? front * relief(traits, expression, x, y) : 0;
    return [x, y - jawDrop(traits, expression, y), z + out];
  });
}

/** Smooth lumps for curls, from sines of the position. */
function curls(x: number, y: number, z: number, curl: number): number {
  return curl * 0.035 * (Math.sin(19 * x + 3 * z) * Math.sin(17 * y + 2) + Math.sin(13 * z + 11 * y));
}

/** How thick the hair is over the skull's point; below 0 where there is none. */
function hairThickness(traits: FaceTraits, [x, y, z]: Point): number {
  const { hair, head, eye } = traits;
  const side = Math.abs(x) / head.width;
  const front = smoothstep(-0.1, 0.25, z);
  const fringe = hair.style === 'fringe' || (hair.style === 'long' && hair.peak > 0.03);
  const forehead = fringe
    ? eye.y + 0.27 + 0.02 * Math.sin(9 * x + hair.peak * 40)
    : hair.line - hair.peak * gaussian(x, 0.12);
  const sideburn = hair.style === 'long' ? -0.75 : hair.style === 'cropped' ? 0.15 : 0;
  const line = front > 0 ? forehead + (sideburn - forehead) * smoothstep(0.74, 0.97, side) : sideburn;
  const edge = y - (line * front + (hair.style === 'long' ? -1 : -0.3) * (1 - front));
  return (
    hair.volume * smoothstep(-0.01, 0.16, edge) * (0.6 + 0.5 * smoothstep(0.2, 0.9, y)) -
    (edge < 0 ? 0.25 : 0)
  );
}

export function hairSurfaces(traits: FaceTraits): Surface[] {
  if (traits.hair.style === 'bald') return [];
  const cap = grid('hair', 120, 120, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.6;
    const t = 0.001 + v * (Math.PI * 0.8);
    const base = skull(traits, a, t);
    const thick = hairThickness(traits, base);
    const length = Math.hypot(base[0], base[1], base[2]);
    const out =
      1 + (thick + (thick > 0.02 ? curls(base[0], base[1], base[2], traits.hair.curl) : 0)) / length;
    return [base[0] * out, base[1] * out, base[2] * out];
  });
  if (traits.hair.style !== 'long') return [cap];
  const curtain = grid('hair', 90, 90, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.15;
    const y = 0.85 - v * 2.2;
    const spreadOut = traits.head.width * (1.12 + 0.12 * smoothstep(0.6, -0.8, y)) + traits.hair.volume * 0.5;
    const radius = spreadOut * Math.sqrt(Math.max(0, 1 - Math.max(0, y) ** 2.5));
    const x = radius * Math.sin(a) + curls(a, y, v * 2, traits.hair.curl);
    return [x, y, -0.15 + 0.25 * Math.abs(Math.sin(a)) ** 3 - 0.3 * Math.cos(a)];
  });
  return [cap, curtain];
}

export function bodySurfaces(traits: FaceTraits): Surface[] {
  const neckWidth = traits.head.width * (0.56 + 0.2 * (traits.head.jawSquareness - 2));
  const neck = grid('neck', 40, 60, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.1;
    const y = -0.55 - v * 1.1;
    const wide = neckWidth * (1 + 0.5 * smoothstep(-1.15, -1.6, y));
    return [wide * Math.sin(a), y, -0.12 + 0.42 * Math.cos(a)];
  });
  const shoulders = grid('cloth', 60, 90, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.1;
    const down = v * 1.6;
    const x = 1.75 * Math.sin(a) * Math.min(1, 0.28 + 1.05 * Math.sqrt(v));
    return [x, -1.24 - down * 0.75 - 0.1 * x * x, -0.25 + 0.75 * Math.cos(a) * Math.min(1, 0.4 + v)];
  });
  const ears = [-1, 1].map((sign) =>
    grid('skin', 24, 24, (u, v) => {
      const a = u * 2 * Math.PI;
      const t = v * Math.PI;
      const size = traits.ear;
      const x = 0.06 * Math.sin(t) * Math.cos(a);
      const z = 0.09 * Math.sin(t) * Math.sin(a);
      const rim = 0.02 * Math.sin(t) ** 4;
      return [
        sign * (traits.head.width * 0.985 + x + 0.03 * Math.cos(t) + rim),
        traits.eye.y - 0.1 + size * 1.25 * Math.cos(t),
        -0.02 + z * 1.2 - 0.12 * x,
      ];
    }),
  );
  return [neck, shoulders, ...ears];
}
