import { decodeAudio } from './audio.ts';
import { decodeBurstImage, decodeImage, type RgbImage } from './image.ts';

/** From files to pixels and samples. Bad files are UserErrors with the codes of capture-fault.ts. */
export interface Decoder {
  /** JPEG, PNG or WebP; upright, at most 960 pixels a side. */
  image(bytes: Uint8Array): Promise<RgbImage>;
  /** The small pictures of a burst, in their order; ends with the fault of the first that cannot be used. */
  images(files: readonly Uint8Array[]): AsyncIterable<RgbImage>;
  /** Mono at 16 kHz, -1..1. */
  audio(bytes: Uint8Array): Promise<Float32Array>;
}

/** For recordings that are trusted, or a process that may die of them. */
export const inProcessDecoder: Decoder = {
  image: decodeImage,
  async *images(files) {
    for (const bytes of files) yield await decodeBurstImage(bytes);
  },
  audio: decodeAudio,
};
