import sharp from 'sharp';
import type { Random } from '../synthetic/random.ts';

/** Interleaved RGB. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What a worse camera does to a picture; what is left out does nothing. */
export interface Camera {
  /** Of the side: what it resolves. */
  readonly resolution?: number;
  /** Of the light that the picture was taken in. */
  readonly light?: number;
  /** Standard deviation of its noise, 0..255. */
  readonly noise?: number;
  readonly grey?: boolean;
  /** Standard deviation in its own pixels. */
  readonly blur?: number;
  /** Of JPEG, 1..100. */
  readonly quality?: number;
}

/** The picture as this camera takes it, at the camera's own size. */
export async function throughCamera(picture: Pixels, camera: Camera, random: Random): Promise<Pixels> {
  const width = Math.max(8, Math.round(picture.width * (camera.resolution ?? 1)));
  const height = Math.max(8, Math.round(picture.height * (camera.resolution ?? 1)));
  let image = sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } });
  if (width !== picture.width) image = image.resize(width, height, { kernel: 'cubic', fit: 'fill' });
  if (camera.blur && camera.blur >= 0.3) image = image.blur(camera.blur);
  const scene = await image.raw().toBuffer();
  const sensed = expose(scene, camera, random);
  if (!camera.quality) return { width, height, data: sensed };
  const coded = await sharp(sensed, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: camera.quality })
    .toBuffer();
  return { width, height, data: await sharp(coded).raw().toBuffer() };
}

/** The same at the picture's own size, so that it can be compared with it pixel by pixel. */
export async function throughCameraAtSize(
  picture: Pixels,
  camera: Camera,
  random: Random,
): Promise<Uint8Array> {
  const { width, height, data } = await throughCamera(picture, camera, random);
  if (width === picture.width && height === picture.height) return data;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize(picture.width, picture.height, { kernel: 'linear', fit: 'fill' })
    .raw()
    .toBuffer();
}

function expose(
  scene: Uint8Array,
  { light = 1, noise = 0, grey = false }: Camera,
  random: Random,
): Uint8Array {
  // Light is linear before the curve of sRGB.
  const curve = Float32Array.from(
    { length: 256 },
    (_, value) => 255 * ((value / 255) ** 2.2 * light) ** (1 / 2.2),
  );
  const out = new Uint8Array(scene.length);
  for (let at = 0; at < scene.length; at += 3) {
    const [r, g, b] = [curve[scene[at]!]!, curve[scene[at + 1]!]!, curve[scene[at + 2]!]!];
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    // A grey sensor has one noise for a pixel, a colour sensor three.
    const shared = noise * roughlyNormal(random);
    out[at] = byte((grey ? luma : r) + shared);
    out[at + 1] = byte((grey ? luma : g) + (grey ? shared : noise * roughlyNormal(random)));
    out[at + 2] = byte((grey ? luma : b) + (grey ? shared : noise * roughlyNormal(random)));
  }
  return out;
}

const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

/** Standard deviation 1, and much cheaper than a normal number. */
const roughlyNormal = (random: Random) => (random.next() + random.next() - 1) * 2.45;
