/** `heic`: what iPhones keep photographs in, whose decoder is not free. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'heic';

/** Brands of ISO/IEC 23008-12, annexes B and D, and the general one of its images; AVIF has others. */
const HEIC_BRANDS = /^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/;

/** By content, not by name; null for anything else. */
export function formatOfImage(bytes: Uint8Array): ImageFormat | null {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'webp';
  if (text.slice(4, 8) === 'ftyp' && HEIC_BRANDS.test(text.slice(8, 12))) return 'heic';
  return null;
}

/** Markers that a JPEG's size stands behind (ITU-T T.81, B.1.1.3): starts of frames, but for DHT, JPG and DAC among them. */
const isStartOfFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/**
 * Width and height of a JPEG as its header has them, before it is turned upright; undefined where another reader has to look.
 * Opening the file with a decoder for that costs a sixth of decoding a small picture.
 */
export function sizeOfJpeg(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (formatOfImage(bytes) !== 'jpeg') return undefined;
  const short = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + short(at + 2)) {
    const marker = bytes[at + 1]!;
    if (marker < 0xc0) return undefined;
    if (!isStartOfFrame(marker)) continue;
    const [height, width] = [short(at + 5), short(at + 7)];
    return width > 0 && height > 0 ? { width, height } : undefined;
  }
  return undefined;
}

const END_OF_IMAGE = [0xff, 0xd9];

/** A JPEG whose last two bytes are missing, with them; undefined where they are there, or it is another image. */
export function withItsEndAgain(bytes: Uint8Array): Uint8Array | undefined {
  if (formatOfImage(bytes) !== 'jpeg') return undefined;
  // Cameras write what they like after the end.
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tail.lastIndexOf(Uint8Array.from(END_OF_IMAGE)) > bytes.length / 2) return undefined;
  const whole = new Uint8Array(bytes.length + END_OF_IMAGE.length);
  whole.set(bytes);
  whole.set(END_OF_IMAGE, bytes.length);
  return whole;
}
