import type { Expression } from './expression.ts';
import { lipsForward } from './geometry.ts';
import { type Inside, lookInside } from './mouth-inside.ts';
import { smoothNoise } from './noise.ts';
import { Paint, paintHair, paintSkin } from './paint.ts';
import type { Scene } from './raster.ts';
import type { Surface } from './surface.ts';
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
  const lips = lipsForward(traits);
  const inside: Inside = { red: 0, green: 0, blue: 0, lit: 0 };
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
      const [x, y, z] = [scene.rest[at]!, scene.rest[at + 1]!, scene.rest[at + 2]!];
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
        case 'mouth':
          lookInside(inside, of, { at: [x, y, z], eye: scene.eye, lips });
          dimlyLit(inside, light, image, at);
          continue;
      }
      lit(scene, pixel, surface.kind === 'skin' || surface.kind === 'neck', paint, light, image);
    }
  }
  return image;
}

function dimlyLit(inside: Inside, { level, ambient, colour }: Light, image: Float32Array, at: number): void {
  const light = (channel: 0 | 1 | 2) => level * inside.lit * (ambient[channel] + 0.6 * colour[channel]);
  image[at] = inside.red * light(0);
  image[at + 1] = inside.green * light(1);
  image[at + 2] = inside.blue * light(2);
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
  let nx = scene.normal[at]!;
  let ny = scene.normal[at + 1]!;
  let nz = scene.normal[at + 2]!;
  const flip = (nz < 0 ? -1 : 1) / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1);
  nx *= flip;
  ny *= flip;
  nz *= flip;
  const [lx, ly, lz] = light.direction;
  const facing = nx * lx + ny * ly + nz * lz;
  const visible = facing > -0.35 ? shadow(scene, pixel, lx, ly, lz) : 0;
  const around = occlusion(scene, pixel) * paint.open;
  const mirror = (facing + nz) / Math.sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1));
  const gloss = mirror > 0.7 && visible > 0 ? mirror ** 24 * paint.shine * visible : 0;
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

const SHADOW_STEPS = 10;

/** Marches from the pixel to the lamp and looks whether something nearer stands in the way: 1 is fully lit. */
function shadow(scene: Scene, pixel: number, lx: number, ly: number, lz: number): number {
  const { camera, world, depth, width, height } = scene;
  const x = world[pixel * 3]!;
  const y = world[pixel * 3 + 1]!;
  const z = world[pixel * 3 + 2]!;
  let clearance = 1;
  for (let step = 1; step <= SHADOW_STEPS; step++) {
    const length = 0.012 + 0.0051 * step * step;
    const high = z + lz * length;
    const factor = (camera.scale * camera.distance) / (camera.distance - high);
    const column = (camera.centreX + (x + lx * length) * factor + 0.5) | 0;
    const row = (camera.centreY - (y + ly * length) * factor + 0.5) | 0;
    if (column < 0 || row < 0 || column >= width || row >= height) break;
    const blocker = depth[row * width + column]! - high;
    // What reaches far in front of the ray is another layer, not a bump on this one.
    if (blocker > 0.004 && blocker < 0.5)
      clearance = Math.min(clearance, 1 - Math.min(1, (blocker - 0.004) / (0.03 + 0.12 * length)));
  }
  return clearance;
}

const ring = Array.from({ length: 10 }, (_, index) => {
  const angle = (index * 2 * Math.PI) / 10;
  const radius = index % 2 === 0 ? 0.05 : 0.12;
  return { dx: Math.cos(angle) * radius, dy: Math.sin(angle) * radius, radius };
});

/** How much of the surroundings a point sees, from the depth of the pixels around it. */
function occlusion({ width, height, depth, camera }: Scene, pixel: number): number {
  const row = (pixel / width) | 0;
  const column = pixel - row * width;
  const here = depth[pixel]!;
  let hidden = 0;
  for (let index = 0; index < ring.length; index++) {
    const { dx, dy, radius } = ring[index]!;
    const c = (column + dx * camera.scale + 0.5) | 0;
    const r = (row + dy * camera.scale + 0.5) | 0;
    if (c < 0 || r < 0 || c >= width || r >= height) continue;
    const rise = depth[r * width + c]! - here;
    if (rise > 0 && rise < 0.6) hidden += Math.min(1, (rise / radius) * 0.75);
  }
  return Math.max(0.15, 1 - (hidden / ring.length) * 1.15);
}
