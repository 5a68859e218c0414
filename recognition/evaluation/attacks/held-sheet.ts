import type { Random } from '../../synthetic/random.ts';
import { drawn, FRAME, type Look, lookAt, type Picture } from './picture.ts';

/** How a sheet (paper, or a screen) is before the camera; lengths in widths of the camera's picture at the sheet's distance. */
export interface Hold {
  /** Radians: about the upright axis, positive as a head turns to its left; about the level axis; in the picture's plane. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly right: number;
  readonly down: number;
  /** Of the camera's picture's width. */
  readonly width: number;
  /** One over the radius: 0 flat, positive bulging towards the camera about the upright axis. */
  readonly bend: number;
}

/** Of the camera, in widths of its picture: 55 degrees across, as telephones and notebooks have. */
const FOCAL = 0.96;

export interface Surroundings {
  readonly wall: readonly [number, number, number];
}

/** What the camera sees of the sheet. `shine`: of a lamp on it, 0..1, at a place on the sheet. */
export function held(
  sheet: Picture,
  hold: Hold,
  { wall }: Surroundings,
  light: (u: number, v: number, colour: Float32Array) => void = () => undefined,
): Picture {
  const look = lookAt(sheet);
  const place = placeOnSheet(hold);
  const { width, height } = FRAME;
  return drawn(FRAME, (x, y, colour) => {
    const at = place((x + 0.5) / width - 0.5, (y + 0.5 - height / 2) / width);
    const found = at !== null && seen(look, sheet, { u: at.u / hold.width, v: at.v / hold.width }, colour);
    if (found) light(at.u / hold.width, at.v / hold.width, colour);
    else
      for (let channel = 0; channel < 3; channel++)
        colour[channel] = wall[channel]! * (1 - 0.1 * (y / height));
  });
}

function seen(
  look: Look,
  { width, height }: Picture,
  at: { u: number; v: number },
  colour: Float32Array,
): boolean {
  return look((at.u + 0.5) * width - 0.5, at.v * width + height / 2 - 0.5, colour);
}

/** From a place in the camera's picture (from its middle, in its widths) to the place on the sheet that is seen there. */
function placeOnSheet(hold: Hold): (x: number, y: number) => { u: number; v: number } | null {
  const [cy, sy] = [Math.cos(hold.yaw), Math.sin(hold.yaw)];
  const [cp, sp] = [Math.cos(hold.pitch), Math.sin(hold.pitch)];
  const [cr, sr] = [Math.cos(hold.roll), Math.sin(hold.roll)];
  // The camera is at the origin and looks along z; the sheet's middle is FOCAL away, so that lengths keep their unit.
  const turned = (x: number, y: number, z: number): readonly [number, number, number] => {
    const [rx, ry] = [cr * x + sr * y, -sr * x + cr * y];
    const [px, py, pz] = [rx, cp * ry + sp * z, -sp * ry + cp * z];
    return [cy * px + sy * pz, py, -sy * px + cy * pz];
  };
  const from = turned(-hold.right, -hold.down, -FOCAL);
  return (x, y) => {
    const [dx, dy, dz] = turned(x, y, FOCAL);
    const [ox, oy, oz] = from;
    if (Math.abs(hold.bend) < 1e-3) {
      const along = -oz / dz;
      return along > 0 ? { u: ox + along * dx, v: oy + along * dy } : null;
    }
    // x^2 + (z - R)^2 = R^2: touches the flat sheet along the upright line through its middle.
    const radius = 1 / hold.bend;
    const a = dx * dx + dz * dz;
    const b = ox * dx + (oz - radius) * dz;
    const c = ox * ox + (oz - radius) ** 2 - radius * radius;
    const root = b * b - a * c;
    if (root < 0) return null;
    const along = (-b - Math.sign(radius) * Math.sqrt(root)) / a;
    const [hx, hz] = [ox + along * dx, oz + along * dz];
    return { u: radius * Math.atan2(hx / radius, (radius - hz) / radius), v: oy + along * dy };
  };
}

/** Nobody's hand is still. */
export class Hand {
  readonly #waves: readonly { readonly length: number; readonly phase: number }[];
  readonly #size: number;

  constructor(random: Random) {
    this.#size = random.between(0.6, 1.3);
    this.#waves = [2900, 2300, 1700, 2600, 1900, 2100].map((length) => ({
      length: (length * random.between(0.7, 1.3)) / (2 * Math.PI),
      phase: random.between(0, 6.3),
    }));
  }

  at(time: number, still: Hold): Hold {
    const [yaw, pitch, roll, right, down, near] = this.#waves.map(
      ({ length, phase }) =>
        this.#size * (Math.sin(time / length + phase) + 0.3 * Math.sin((3.1 * time) / length + 2 * phase)),
    );
    return {
      yaw: still.yaw + 0.035 * yaw!,
      pitch: still.pitch + 0.03 * pitch!,
      roll: still.roll + 0.02 * roll!,
      right: still.right + 0.012 * right!,
      down: still.down + 0.01 * down!,
      width: still.width * (1 + 0.015 * near!),
      bend: still.bend,
    };
  }
}

export function drawWall(random: Random): Surroundings {
  const grey = random.between(60, 190);
  const tint = () => grey * random.between(0.85, 1.15);
  return { wall: [tint(), tint(), tint()] };
}
