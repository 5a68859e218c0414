import { grid, type Surface, smoothstep } from './surface.ts';
import type { FaceTraits } from './traits.ts';

export function bodySurfaces(traits: FaceTraits): Surface[] {
  const neckWidth = traits.head.width * (0.56 + 0.2 * (traits.head.jawSquareness - 2));
  const neck = grid('neck', { rows: 40, columns: 60 }, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.1;
    const y = -0.55 - v * 1.1;
    const wide = neckWidth * (1 + 0.5 * smoothstep(-1.15, -1.6, y));
    return [wide * Math.sin(a), y, -0.12 + 0.42 * Math.cos(a)];
  });
  const shoulders = grid('cloth', { rows: 60, columns: 90 }, (u, v) => {
    const a = (u - 0.5) * Math.PI * 1.1;
    const down = v * 1.6;
    const x = 1.75 * Math.sin(a) * Math.min(1, 0.28 + 1.05 * Math.sqrt(v));
    return [x, -1.24 - down * 0.75 - 0.1 * x * x, -0.25 + 0.75 * Math.cos(a) * Math.min(1, 0.4 + v)];
  });
  const ears = [-1, 1].map((sign) =>
    grid('skin', { rows: 24, columns: 24 }, (u, v) => {
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
