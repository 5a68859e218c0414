import sharp, { type OutputInfo } from 'sharp';
import type { Pixels } from '../face-finding/sampling.ts';
import { captureFault } from './capture-fault.ts';
import { formatOfImage, sizeOfJpeg, withItsEndAgain } from './image-format.ts';

const MAXIMUM_BYTES = 10 * 1024 * 1024;
const MAXIMUM_PIXELS = 40_000_000;
/** A strip of one pixel by millions is unpacked row by row, which takes minutes. */
const MAXIMUM_SIDE = 12_000;
/** More pixels than these tell nothing more about a face that fills a good part of the image. */
const WORKING_SIDE = 960;
/** Full HD: pictures of a burst are small, and there are up to eighty. */
const MAXIMUM_BURST_PIXELS = 1920 * 1080;

/** More than an ordinary telephone's photograph: some encodings have to be unpacked as a whole before they shrink. */
const LARGE_PIXELS = 12_500_000;

/** `scale`: pixels of the original to one pixel here. */
export interface RgbImage extends Pixels {
  readonly scale: number;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Decodes JPEG, PNG or WebP by content, not by name; turned upright, at most {@link WORKING_SIDE} pixels a side. */
export async function decodeImage(bytes: Uint8Array): Promise<RgbImage> {
  const size = await readImageSize(bytes);
  return isLarge(size) ? inTurn(() => decodeSized(bytes, size)) : decodeSized(bytes, size);
}

/** The same for a picture of a burst, which may not be large. */
export async function decodeBurstImage(bytes: Uint8Array): Promise<RgbImage> {
  const size = await readImageSize(bytes);
  if (size.width * size.height > MAXIMUM_BURST_PIXELS) throw captureFault('image_too_large', { ...size });
  return decodeSized(bytes, size);
}

/** Whether decoding may take seconds and hundreds of megabytes. */
export function isLarge({ width, height }: ImageSize): boolean {
  return width * height >= LARGE_PIXELS;
}

/** Reads the header alone, so that an image of any size can be refused by its size. */
export async function readImageSize(bytes: Uint8Array): Promise<ImageSize> {
  if (bytes.length > MAXIMUM_BYTES) throw captureFault('image_too_large', { bytes: bytes.length });
  const format = formatOfImage(bytes);
  if (format === 'heic') throw captureFault('heic_unsupported');
  if (format === null) throw captureFault('image_unreadable', { bytes: bytes.length });
  const { width, height } = sizeOfJpeg(bytes) ?? (await openForSize(bytes));
  if (width * height > MAXIMUM_PIXELS || Math.max(width, height) > MAXIMUM_SIDE)
    throw captureFault('image_too_large', { width, height });
  return { width, height };
}

function openForSize(bytes: Uint8Array): Promise<ImageSize> {
  return sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw captureFault('image_unreadable', {}, cause);
    });
}

/** `size`: from its header, which was found to be within the limits. */
export async function decodeSized(bytes: Uint8Array, size: ImageSize): Promise<RgbImage> {
  const { data, info } = await shrink(bytes, size);
  return {
    width: info.width,
    height: info.height,
    data: info.channels === 3 ? data : greyToRgb(data, info.channels),
    scale: Math.max(size.width, size.height) / Math.max(info.width, info.height),
  };
}

let lastLarge: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = lastLarge.then(work);
  lastLarge = result.catch(() => undefined);
  return result;
}

function shrink(bytes: Uint8Array, size: ImageSize): Promise<{ data: Buffer; info: OutputInfo }> {
  const endless = withItsEndAgain(bytes);
  // With the marker put back nothing may be missing: half a picture would end with it as well.
  const failOn = endless ? 'warning' : 'truncated';
  const upright = sharp(endless ?? bytes, {
    ...{ limitInputPixels: MAXIMUM_PIXELS, failOn, sequentialRead: true },
  }).autoOrient();
  // Asked for what it need not do, it still takes a sixth longer.
  const small =
    Math.max(size.width, size.height) <= WORKING_SIDE
      ? upright
      : upright.resize({ width: WORKING_SIDE, height: WORKING_SIDE, fit: 'inside' });
  return small
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw captureFault('image_unreadable', {}, cause);
    });
}

function greyToRgb(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let pixel = 0; pixel < data.length / channels; pixel++)
    rgb.fill(data[pixel * channels]!, pixel * 3, pixel * 3 + 3);
  return rgb;
}
