import sharp from 'sharp';
import { type Picture, sensed } from '../../synthetic/face/camera.ts';
import type { Random } from '../../synthetic/random.ts';

export type { Picture } from '../../synthetic/face/camera.ts';

/** What the page sends. */
export const FRAME = { width: 240, height: 320 } as const;

export async function pictureOf(
  bytes: Uint8Array,
  size?: { readonly width: number; readonly height: number },
): Promise<Picture> {
  const image = sharp(bytes);
  const sized = size ? image.resize(size.width, size.height, { fit: 'cover' }) : image;
  const { data, info } = await sized.removeAlpha().toColourspace('srgb').raw().toBuffer({
    resolveWithObject: true,
  });
  return { width: info.width, height: info.height, data };
}

/** As a camera's sensor and the page leave it. `noise`: standard deviation, 0..255; 0 for what never was before a camera. */
export async function jpegOf(
  picture: Picture,
  { noise, quality = 85, blur = 0 }: { noise: number; quality?: number; blur?: number },
  random: Random,
): Promise<Uint8Array> {
  const { width, height, data } = noise > 0 ? sensed(picture, { noise }, random) : picture;
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const seen = blur > 0.3 ? image.blur(blur) : image;
  return new Uint8Array(await seen.jpeg({ quality }).toBuffer());
}

/** Writes red, green and blue at a place between pixels; false where there is no picture. */
export type Look = (x: number, y: number, into: Float32Array) => boolean;

export function lookAt({ width, height, data }: Picture): Look {
  return (x, y, into) => {
    if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) return false;
    const left = Math.min(width - 2, Math.floor(x));
    const top = Math.min(height - 2, Math.floor(y));
    const [right, down] = [x - left, y - top];
    const upper = (top * width + left) * 3;
    const lower = upper + width * 3;
    for (let channel = 0; channel < 3; channel++) {
      const above = data[upper + channel]! * (1 - right) + data[upper + 3 + channel]! * right;
      const below = data[lower + channel]! * (1 - right) + data[lower + 3 + channel]! * right;
      into[channel] = above * (1 - down) + below * down;
    }
    return true;
  };
}

/** A new picture, each of whose pixels is looked up. */
export function drawn(
  { width, height }: { readonly width: number; readonly height: number },
  look: (x: number, y: number, into: Float32Array) => void,
): Picture {
  const data = new Uint8Array(width * height * 3);
  const colour = new Float32Array(3);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      look(x, y, colour);
      for (let channel = 0; channel < 3; channel++)
        data[at++] = Math.max(0, Math.min(255, colour[channel]! + 0.5));
    }
  return { width, height, data };
}
