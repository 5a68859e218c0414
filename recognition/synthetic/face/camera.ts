import sharp from 'sharp';
import { Random } from '../random.ts';
import { bodySurfaces } from './body.ts';
import { headSurfaces } from './geometry.ts';
import { hairSurfaces } from './hair.ts';
import { shade } from './light.ts';
import { rasterise } from './raster.ts';
import type { Shot } from './shot.ts';
import type { Surface } from './surface.ts';
import type { FaceTraits } from './traits.ts';

/** Interleaved RGB. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const still = new WeakMap<FaceTraits, readonly Surface[]>();

/** What has the same shape whatever the face does. */
function stillSurfaces(traits: FaceTraits): readonly Surface[] {
  const made = still.get(traits) ?? [...hairSurfaces(traits), ...bodySurfaces(traits)];
  still.set(traits, made);
  return made;
}

/** The picture that falls on the sensor. */
export function render(traits: FaceTraits, shot: Shot): Picture {
  const { width, height, size, offset } = shot;
  const detail = Math.max(0.55, Math.min(1, Math.ceil((height * size) / 13) / 10));
  const surfaces = [...headSurfaces(traits, shot.expression, detail), ...stillSurfaces(traits)];
  const scene = rasterise(surfaces, {
    width,
    height,
    pose: shot.pose,
    camera: {
      centreX: width * (0.5 + offset[0]),
      centreY: height * (0.47 + offset[1]),
      scale: height * size,
      distance: 6.5,
    },
  });
  const linear = shade(scene, surfaces, {
    traits,
    expression: shot.expression,
    light: shot.light,
    surroundings: { wall: shot.wall, cloth: shot.cloth, texture: shot.wallTexture },
  });
  return { width, height, data: exposed(linear) };
}

function exposed(linear: Float32Array): Uint8Array {
  const bytes = new Uint8Array(linear.length);
  for (let at = 0; at < linear.length; at++) {
    const step = linear[at]! * 1024 + 0.5;
    bytes[at] = EXPOSURE[step >= LAST_STEP ? LAST_STEP : step > 0 ? step | 0 : 0]!;
  }
  return bytes;
}

/** From linear light (in 1024ths) to sRGB; a shoulder bends highlights towards white instead of clipping them. */
const EXPOSURE = Float32Array.from({ length: 4096 }, (_, step) => {
  const value = step / 1024;
  const shown = value < 0.7 ? value : 0.7 + 0.3 * (1 - Math.exp(-(value - 0.7) / 0.3));
  return 255 * shown ** (1 / 2.2) + 0.5;
});
const LAST_STEP = EXPOSURE.length - 1;

/**
 * The same with the sensor's noise, anew each time. `shift`: pixels by which the camera had moved, right and down, while the face
 * stirred.
 */
export function sensed(
  picture: Picture,
  { noise, shift }: { noise: number; shift?: readonly [number, number] },
  random: Random,
): Picture {
  const { width, height } = picture;
  const data = shift ? shifted(picture, shift, random) : picture.data;
  const bytes = new Uint8Array(data.length);
  let grain = 0;
  for (let at = 0; at < data.length; at++) {
    // Long stretches of one noise, each begun anywhere in it, are as good as noise.
    if (at % STRETCH === 0) grain = random.below(GRAIN.length - STRETCH);
    const value = data[at]! + noise * GRAIN[grain++]!;
    bytes[at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
  }
  return { width, height, data: bytes };
}

const STRETCH = 251;
/** Standard normal. */
const GRAIN = (() => {
  const random = new Random('grain');
  return Float32Array.from({ length: 1 << 16 }, () => random.normal());
})();

/** Pixels by which a living face is elsewhere than it was, at most, and how many waves that has. */
const STIR = 0.9;
const STIR_WAVES = 3;

/** No two looks of a face are quite the same: rows and columns stir a little, smoothly. */
function stir(length: number, random: Random): Float32Array {
  const waves = Array.from({ length: STIR_WAVES }, (_, wave) => ({
    turns: ((wave + 1) * 2 * Math.PI) / length,
    phase: random.between(0, 2 * Math.PI),
    size: (STIR * random.between(-1, 1)) / Math.sqrt(wave + 1),
  }));
  return Float32Array.from({ length }, (_, at) =>
    waves.reduce((sum, { turns, phase, size }) => sum + size * Math.sin(turns * at + phase), 0),
  );
}

/** Between pixels, bilinearly; what comes in at the edge is like the edge. */
function shifted(
  { width, height, data }: Picture,
  [right, down]: readonly [number, number],
  random: Random,
): Uint8Array {
  const out = new Uint8Array(data.length);
  const [rights, downs] = [stir(height, random), stir(width, random)];
  const row = (y: number) => Math.max(0, Math.min(height - 1, y)) * width;
  const column = (x: number) => Math.max(0, Math.min(width - 1, x));
  for (let y = 0; y < height; y++) {
    const fromX = -right - rights[y]!;
    const wholeX = Math.floor(fromX);
    const partX = fromX - wholeX;
    for (let x = 0; x < width; x++) {
      const fromY = y - down - downs[x]!;
      const wholeY = Math.floor(fromY);
      const partY = fromY - wholeY;
      const [upper, lower] = [row(wholeY), row(wholeY + 1)];
      const [left, next] = [column(x + wholeX), column(x + wholeX + 1)];
      for (let channel = 0; channel < 3; channel++) {
        const above =
          (1 - partX) * data[(upper + left) * 3 + channel]! + partX * data[(upper + next) * 3 + channel]!;
        const below =
          (1 - partX) * data[(lower + left) * 3 + channel]! + partX * data[(lower + next) * 3 + channel]!;
        out[(y * width + x) * 3 + channel] = (1 - partY) * above + partY * below + 0.5;
      }
    }
  }
  return out;
}

export function photograph(traits: FaceTraits, shot: Shot, random: Random): Promise<Uint8Array> {
  return encoded(sensed(render(traits, shot), shot, random), shot);
}

/** As the camera's lens and its JPEG leave it. */
export async function encoded(
  { width, height, data }: Picture,
  { blur, quality }: Pick<Shot, 'blur' | 'quality'>,
): Promise<Uint8Array> {
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return new Uint8Array(await image.blur(blur).jpeg({ quality }).toBuffer());
}
