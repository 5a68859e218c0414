import { A_LAW, adpcmFrames, decodeAdpcm, MU_LAW } from './wav-codecs.ts';

/** How the samples are in the file, channels interleaved. */
export interface WavHeader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
  readonly encoding: WavEncoding;
  readonly bits: number;
  /** Of a frame, or of a block of frames that are coded together. */
  readonly blockBytes: number;
  /** Where the samples start. */
  readonly offset: number;
}

export type WavEncoding = 'pcm' | 'float' | 'a-law' | 'mu-law' | 'adpcm';

/** Format codes of RFC 2361, and with how many bits a sample each is read. */
const ENCODINGS: Readonly<
  Record<number, { readonly encoding: WavEncoding; readonly bits: readonly number[] }>
> = {
  1: { encoding: 'pcm', bits: [8, 16, 24, 32] },
  3: { encoding: 'float', bits: [32, 64] },
  6: { encoding: 'a-law', bits: [8] },
  7: { encoding: 'mu-law', bits: [8] },
  17: { encoding: 'adpcm', bits: [4] },
};
const EXTENSIBLE = 0xfffe;
const MAXIMUM_CHANNELS = 8;
/** Before the samples: a file of nothing but empty chunks would keep a processor busy. */
const MAXIMUM_CHUNKS = 1000;

/**
 * Reads the RIFF chunks up to `data`. A file that is still being written (length 0 or too long) reads to its end. `null`:
 * not a WAV file that can be read.
 */
export function readWavHeader(bytes: Uint8Array): WavHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const riff = afterId3(bytes);
  if (bytes.length < riff + 12 || tag(riff) !== 'RIFF' || tag(riff + 8) !== 'WAVE') return null;
  let format: Format | null = null;
  let told = Number.POSITIVE_INFINITY;
  for (let at = riff + 12, chunks = 0; at + 8 <= bytes.length && chunks < MAXIMUM_CHUNKS; chunks++) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(at) === 'fmt ' && size >= 16 && start + size <= bytes.length) {
      format = readFormat(view, start, size);
      if (!format) return null;
    }
    if (tag(at) === 'fact' && size >= 4 && start + 4 <= bytes.length) told = view.getUint32(start, true);
    if (tag(at) === 'data') {
      if (!format) return null;
      const rest = bytes.length - start;
      const length = size === 0 || size > rest ? rest : size;
      return { ...format, frames: framesOf(format, length, told), offset: start };
    }
    at = start + size + (size % 2);
  }
  return null;
}

type Format = Omit<WavHeader, 'frames' | 'offset'>;

function readFormat(view: DataView, start: number, size: number): Format | null {
  const declared = view.getUint16(start, true);
  const known =
    ENCODINGS[declared === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : declared];
  const channels = view.getUint16(start + 2, true);
  const bits = view.getUint16(start + 14, true);
  if (!known?.bits.includes(bits) || channels < 1 || channels > MAXIMUM_CHANNELS) return null;
  const { encoding } = known;
  const blockBytes = encoding === 'adpcm' ? view.getUint16(start + 12, true) : (bits / 8) * channels;
  if (encoding === 'adpcm' && blockBytes < 4 * channels) return null;
  return { encoding, channels, bits, blockBytes, sampleRate: view.getUint32(start + 4, true) };
}

/** `told`: how many there are by a chunk of its own; the last block of ADPCM is filled up with what is none. */
function framesOf(format: Format, bytes: number, told: number): number {
  if (format.encoding !== 'adpcm') return Math.floor(bytes / format.blockBytes);
  const frames = adpcmFrames(bytes, format);
  return told > 0 ? Math.min(frames, told) : frames;
}

/** Where a file begins that has a tag of ID3v2 before it, as some programs put it before anything. */
function afterId3(bytes: Uint8Array): number {
  if (String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3' || bytes.length < 10) return 0;
  const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  const footer = bytes[5]! & 0x10 ? 10 : 0;
  return 10 + size + footer;
}

/** The samples of each channel, -1..1. */
export function readWavSamples(bytes: Uint8Array, header: WavHeader): Float32Array[] {
  if (header.encoding === 'adpcm') return decodeAdpcm(bytes.subarray(header.offset), header);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = Array.from({ length: header.channels }, () => new Float32Array(header.frames));
  const [mono] = channels;
  if (header.encoding === 'pcm' && header.bits === 16 && mono && channels.length === 1) {
    // What browsers send, without a call a sample.
    for (let frame = 0, at = header.offset; frame < header.frames; frame++, at += 2)
      mono[frame] = view.getInt16(at, true) / 32768;
    return channels;
  }
  const width = header.bits / 8;
  const sample = sampleReader(view, header);
  for (let frame = 0, at = header.offset; frame < header.frames; frame++)
    for (const channel of channels) {
      channel[frame] = sample(at);
      at += width;
    }
  return channels;
}

function sampleReader(view: DataView, { encoding, bits }: WavHeader): (at: number) => number {
  if (encoding === 'a-law') return (at) => A_LAW[view.getUint8(at)]!;
  if (encoding === 'mu-law') return (at) => MU_LAW[view.getUint8(at)]!;
  if (encoding === 'float') {
    return bits === 64 ? (at) => view.getFloat64(at, true) : (at) => view.getFloat32(at, true);
  }
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 32768;
    case 24:
      return (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 8388608;
    default:
      return (at) => view.getInt32(at, true) / 2147483648;
  }
}
