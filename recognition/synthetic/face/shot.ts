import type { Random } from '../random.ts';
import { closedMouth, type Expression } from './expression.ts';
import type { Light } from './light.ts';
import type { Pose } from './raster.ts';
import type { Colour } from './traits.ts';

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
  /** Seed of what is uneven about the wall. */
  readonly wallTexture: number;
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
      mouth: random.next() < 0.3 ? halfOpen(random.between(0.1, 0.7)) : closedMouth,
      smile: Math.max(-0.4, random.normal(0.2, 0.4)),
      eyesOpen: random.between(0.82, 1.08),
      browRaise: random.normal(0, 0.35),
      gaze: [0, 0],
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
    wallTexture: random.below(1 << 30),
    cloth: [random.between(0.01, 0.5), random.between(0.01, 0.5), random.between(0.01, 0.5)],
    noise: random.between(0.8, 2),
    blur: random.between(0.5, 0.9),
    quality: Math.round(random.between(82, 94)),
  };
}

const halfOpen = (share: number) => ({ ...closedMouth, jaw: 0.8 * share, open: 0.6 * share });
