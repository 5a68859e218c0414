import type { Expression, Surface } from './geometry.ts';
import { smoothNoise } from './noise.ts';
import { Paint, paintHair, paintSkin } from './paint.ts';
import { perspective, type Scene } from './raster.ts';
import type { Colour, FaceTraits } from './traits.ts';

export interface Light {
  /** Unit vector towards the lamp. */
  readonly direction: readonly [number, number, number];
  readonly colour: Colour;
  readonly ambient: Colour;
  /** Of the whole picture; 1 is a well-lit room. */
  readonly level: number;
}

export interface Surroundings {
  readonly wall: Colour;
  readonly cloth: Colour;
  readonly texture: number;
}

/** Shades a scene into linear-light RGB, row by row. */
export function shade(
  scene: Scene,
  surfaces: readonly Surface[],
  of: { traits: FaceTraits; expression: Expression; light: Light; surroundings: Surroundings },
): Float32Array {
  const { width, height } = scene;
  const { light, surroundings, traits } = of;
  const image = new Float32Array(width * height * 3);
  const paint = new Paint();
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const at = pixel * 3;
      const surface = surfaces[scene.surface[pixel]! - 1];
      if (!surface) {
        const tone = wallTone(column / width, row / height, surroundings.texture) * light.level;
        for (let channel = 0; channel < 3; channel++)
          image[at + channel] = surroundings.wall[channel]! * tone;
        continue;
      }
      const [x, y, z] = [scene.local[at]!, scene.local[at + 1]!, scene.local[at + 2]!];
      switch (surface.kind) {
        case 'skin':
          paintSkin(paint, traits, of.expression, x, y, z);
          break;
        case 'neck':
          paint.fill(traits.skin.colour, 0.02);
          paint.open = 0.8;
          break;
        case 'hair':
          paintHair(paint, traits, x, y, z);
          break;
        case 'cloth':
          paint.fill(surroundings.cloth, 0);
          break;
      }
      lit(scene, pixel, surface.kind === 'skin' || surface.kind === 'neck', paint, light, image);
    }
  }
  return image;
}

function wallTone(u: number, v: number, texture: number): number {
  return 0.75 + 0.3 * (1 - v) + 0.25 * (smoothNoise(u * 3 + 10, v * 3 + 10, texture) - 0.5);
}

/** Red, green, blue. */
const scatter = [0.34, 0.2, 0.15] as const;

function lit(
  scene: Scene,
  pixel: number,
  skin: boolean,
  paint: Paint,
  light: Light,
  image: Float32Array,
): void {
  const at = pixel * 3;
  let [nx, ny, nz] = [scene.normal[at]!, scene.normal[at + 1]!, scene.normal[at + 2]!];
  const flip = (nz < 0 ? -1 : 1) / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1);
  nx *= flip;
  ny *= flip;
  nz *= flip;
  const [lx, ly, lz] = light.direction;
  const facing = nx * lx + ny * ly + nz * lz;
  const visible = facing > -0.35 ? shadow(scene, pixel, light.direction) : 0;
  const around = occlusion(scene, pixel) * paint.open;
  const half = Math.hypot(lx, ly, lz + 1);
  const gloss = Math.max(0, (nx * lx + ny * ly + nz * (lz + 1)) / half) ** 24 * paint.shine * visible;
  const sky = 0.75 + 0.25 * ny;
  for (let channel = 0; channel < 3; channel++) {
    // Light that scatters in skin comes out past the shadow's edge, red furthest.
    const wrap = skin ? scatter[channel]! : 0.12;
    const direct =
      Math.max(0, (facing + wrap) / (1 + wrap)) * (visible + (1 - visible) * wrap * 0.45) * paint.open;
    const albedo = channel === 0 ? paint.red : channel === 1 ? paint.green : paint.blue;
    const bounce = Math.min(1, around + (1 - around) * albedo * 0.6);
    image[at + channel] =
      light.level *
      (albedo * (light.ambient[channel]! * sky * bounce + light.colour[channel]! * direct) +
        gloss * light.colour[channel]!);
  }
}

/** Marches from the pixel to the lamp and looks whether something nearer stands in the way: 1 is fully lit. */
function shadow(scene: Scene, pixel: number, [lx, ly, lz]: readonly [number, number, number]): number {
  const { camera, world } = scene;
  const at = pixel * 3;
  let clearance = 1;
  for (let step = 1; step <= 14; step++) {
    const length = 0.012 + 0.0026 * step * step;
    const height = world[at + 2]! + lz * length;
    const factor = perspective(camera, height);
    const c = Math.round(camera.centreX + (world[at]! + lx * length) * factor);
    const r = Math.round(camera.centreY - (world[at + 1]! + ly * length) * factor);
    if (c < 0 || r < 0 || c >= scene.width || r >= scene.height) break;
    const blocker = scene.depth[r * scene.width + c]! - height;
    // What reaches far in front of the ray is another layer, not a bump on this one.
    if (blocker > 0.004 && blocker < 0.5)
      clearance = Math.min(clearance, 1 - Math.min(1, (blocker - 0.004) / (0.03 + 0.12 * length)));
  }
  return clearance;
}

const ring = Array.from({ length: 12 }, (_, index) => {
  const angle = (index * 2 * Math.PI) / 12;
  const radius = index % 2 === 0 ? 0.05 : 0.12;
  return [Math.cos(angle) * radius, Math.sin(angle) * radius, radius] as const;
});

/** How much of the surroundings a point sees, from the depth of the pixels around it. */
function occlusion(scene: Scene, pixel: number): number {
  const row = Math.floor(pixel / scene.width);
  const column = pixel % scene.width;
  const here = scene.depth[pixel]!;
  const pixelsAUnit = scene.camera.scale;
  let hidden = 0;
  for (const [dx, dy, radius] of ring) {
    const c = Math.round(column + dx * pixelsAUnit);
    const r = Math.round(row + dy * pixelsAUnit);
    if (c < 0 || r < 0 || c >= scene.width || r >= scene.height) continue;
    const rise = scene.depth[r * scene.width + c]! - here;
    if (rise > 0 && rise < 0.6) hidden += Math.min(1, (rise / radius) * 0.75);
  }
  return Math.max(0.15, 1 - (hidden / ring.length) * 1.15);
}
