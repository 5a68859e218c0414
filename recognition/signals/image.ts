import sharp, { type OutputInfo } from 'sharp';
import { captureFault } from './capture-fault.ts';

const MAXIMUM_BYTES = 10 * 1024 * 1024;
const MAXIMUM_PIXELS = 40_000_000;
/** More pixels than these tell nothing more about a face that fills a good part of the image. */
const WORKING_SIDE = 960;

/** From here on one image is decoded at a time: some encodings have to be unpacked as a whole before they shrink. */
const LARGE_PIXELS = 12_000_000;

/** Interleaved RGB, upright. `scale`: pixels of the original to one pixel here. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly scale: number;
}

/** Decodes JPEG, PNG or WebP by content, not by name; turned upright, at most {@link WORKING_SIDE} pixels a side. */
export async function decodeImage(bytes: Uint8Array): Promise<RgbImage> {
  if (bytes.length > MAXIMUM_BYTES) throw captureFault('image_too_large', { bytes: bytes.length });
  if (!isKnownImage(bytes)) throw captureFault('image_unreadable', { bytes: bytes.length });
  // Only the header is read here, so that an image of any size can be refused by its size.
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw captureFault('image_unreadable', {}, cause);
    });
  if (width * height > MAXIMUM_PIXELS) throw captureFault('image_too_large', { width, height });
  const { data, info } = await (width * height >= LARGE_PIXELS ? inTurn(() => shrink(bytes)) : shrink(bytes));
  return {
    width: info.width,
    height: info.height,
    data: info.channels === 3 ? data : greyToRgb(data, info.channels),
    scale: Math.max(width, height) / Math.max(info.width, info.height),
  };
}

let lastLarge: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = lastLarge.then(work);
  lastLarge = result.catch(() => undefined);
  return result;
}

function shrink(bytes: Uint8Array): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(bytes, { limitInputPixels: MAXIMUM_PIXELS, failOn: 'truncated', sequentialRead: true })
    .autoOrient()
    .resize({ width: WORKING_SIDE, height: WORKING_SIDE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw captureFault('image_unreadable', {}, cause);
    });
}

function isKnownImage(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  return (
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG\r\n\x1a\n') ||
    (text.startsWith('RIFF') && text.endsWith('WEBP'))
  );
}

function greyToRgb(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let pixel = 0; pixel < data.length / channels; pixel++)
    rgb.fill(data[pixel * channels]!, pixel * 3, pixel * 3 + 3);
  return rgb;
}
