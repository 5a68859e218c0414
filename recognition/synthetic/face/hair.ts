import { skull } from './geometry.ts';
import { gaussian, grid, type Point, type Surface, smoothstep } from './surface.ts';
import type { FaceTraits } from './traits.ts';

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
  const cap = grid('hair', { rows: 120, columns: 120 }, (u, v) => {
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
  const curtain = grid('hair', { rows: 90, columns: 90 }, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.15;
    const y = 0.85 - v * 2.2;
    const spreadOut = traits.head.width * (1.12 + 0.12 * smoothstep(0.6, -0.8, y)) + traits.hair.volume * 0.5;
    const radius = spreadOut * Math.sqrt(Math.max(0, 1 - Math.max(0, y) ** 2.5));
    const x = radius * Math.sin(a) + curls(a, y, v * 2, traits.hair.curl);
    return [x, y, -0.15 + 0.25 * Math.abs(Math.sin(a)) ** 3 - 0.3 * Math.cos(a)];
  });
  return [cap, curtain];
}
