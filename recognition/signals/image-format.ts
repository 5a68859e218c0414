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
