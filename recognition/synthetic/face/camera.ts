import sharp from 'sharp';
import type { Random } from '../random.ts';
import { bodySurfaces, type Expression, hairSurfaces, headSurface } from './geometry.ts';
import { type Light, shade } from './light.ts';
import { type Pose, rasterise } from './raster.ts';
import type { Colour, FaceTraits } from './traits.ts';

/** How the picture was taken; what is left out is drawn from the variation. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  readonly pose: Pose;
  readonly expression: Expression;
  readonly light: Light;
  /** Half the head's height as a share of the picture's height. */
  readonly size: number;
  readonly offset: readonly [number, number];
  readonly wall: Colour;
  readonly cloth: Colour;
  /** Standard deviation of the sensor's noise, 0..255. */
  readonly noise: number;
  /** In pixels. */
  readonly blur: number;
  readonly quality: number;
}

const degrees = Math.PI / 180;

/** Draws one session's light, pose and mood. Small variations, as of someone who looks into a webcam. */
export function drawShot(random: Random): Shot {
  const fromSide = random.normal(0, 0.45);
  const fromAbove = random.between(0.1, 0.8);
  const length = Math.hypot(fromSide, fromAbove, 1);
  const warmth = random.between(-0.08, 0.1);
  const ambient = random.between(0.35, 0.6);
  const key = random.between(0.75, 1.05);
  const limited = (deviation: number, limit: number) =>
    Math.max(-limit, Math.min(limit, random.normal(0, deviation)));
  return {
    width: 360,
    height: 360,
    pose: { yaw: limited(5, 12) * degrees, pitch: limited(3.5, 8) * degrees, roll: limited(2, 5) * degrees },
    expression: {
      mouthOpen: random.next() < 0.3 ? random.between(0.1, 0.7) : 0,
      smile: Math.max(-0.4, random.normal(0.2, 0.4)),
      eyesOpen: random.between(0.82, 1.08),
      browRaise: random.normal(0, 0.35),
    },
    light: {
      direction: [fromSide / length, fromAbove / length, 1 / length],
      colour: [key * (1 + warmth), key, key * (1 - warmth)],
      ambient: [ambient * (1 + warmth / 2), ambient, ambient * (1 - warmth / 2)],
      level: random.between(0.8, 1.12),
    },
    size: random.between(0.27, 0.32),
    offset: [random.normal(0, 0.02), random.normal(0.03, 0.015)],
    wall: [random.between(0.12, 0.6), random.between(0.12, 0.6), random.between(0.12, 0.6)],
    cloth: [random.between(0.01, 0.5), random.between(0.01, 0.5), random.between(0.01, 0.5)],
    noise: random.between(0.8, 2),
    blur: random.between(0.5, 0.9),
    quality: Math.round(random.between(82, 94)),
  };
}

/** Renders a face as the camera's raw RGB bytes. */
export function renderFace(traits: FaceTraits, shot: Shot, random: Random): Uint8Array {
  const surfaces = [headSurface(traits, shot.expression), ...hairSurfaces(traits), ...bodySurfaces(traits)];
  const scene = rasterise(surfaces, {
    width: shot.width,
    height: shot.height,
    pose: shot.pose,
    camera: {
      centreX: shot.width * (0.5 + shot.offset[0]),
      centreY: shot.height * (0.47 + shot.offset[1]),
      scale: shot.height * shot.size,
      distance: 6.5,
    },
  });
  const linear = shade(scene, surfaces, {
    traits,
    expression: shot.expression,
    light: shot.light,
    surroundings: { wall: shot.wall, cloth: shot.cloth, texture: random.below(1 << 30) },
  });
  const bytes = new Uint8Array(linear.length);
  for (let at = 0; at < linear.length; at++) {
    const step = Math.max(0, Math.min(exposure.length - 1, Math.round(linear[at]! * 1024)));
    bytes[at] = Math.max(0, Math.min(255, exposure[step]! + shot.noise * noise(random)));
  }
  return bytes;
}

/** From linear light (in 1024ths) to sRGB; a shoulder bends highlights towards white instead of clipping them. */
const exposure = Float32Array.from({ length: 4096 }, (_, step) => {
  const value = step / 1024;
  const exposed = value < 0.7 ? value : 0.7 + 0.3 * (1 - Math.exp(-(value - 0.7) / 0.3));
  return 255 * exposed ** (1 / 2.2);
});

/** Nearly normal, and much cheaper. */
function noise(random: Random): number {
  return (random.next() + random.next() - 1) * 2.45;
}

export async function encodeJpeg(pixels: Uint8Array, shot: Shot): Promise<Uint8Array> {
  const image = sharp(pixels, { raw: { width: shot.width, height: shot.height, channels: 3 } });
  return new Uint8Array(await image.blur(shot.blur).jpeg({ quality: shot.quality }).toBuffer());
}
