/** Interleaved channels as they are in the file. `null`: not a WAV file that can be read. */
export interface WavHeader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
  readonly encoding: 'pcm' | 'float';
  readonly bits: number;
  /** Where the samples start. */
  readonly offset: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const MAXIMUM_CHANNELS = 8;
/** Before the samples: a file of nothing but empty chunks would keep a processor busy. */
const MAXIMUM_CHUNKS = 1000;

/** Reads the RIFF chunks up to `data`. A file that is still being written (length 0 or too long) reads to its end. */
export function readWavHeader(bytes: Uint8Array): WavHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') return null;
  let format: Omit<WavHeader, 'frames' | 'offset'> | null = null;
  for (let at = 12, chunks = 0; at + 8 <= bytes.length && chunks < MAXIMUM_CHUNKS; chunks++) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(at) === 'fmt ' && size >= 16 && start + size <= bytes.length) {
      const declared = view.getUint16(start, true);
      const code = declared === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : declared;
      const bits = view.getUint16(start + 14, true);
      const known =
        (code === PCM && [8, 16, 24, 32].includes(bits)) || (code === FLOAT && [32, 64].includes(bits));
      if (!known) return null;
      format = {
        encoding: code === FLOAT ? 'float' : 'pcm',
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        bits,
      };
    }
    if (tag(at) === 'data') {
      if (!format || format.channels < 1 || format.channels > MAXIMUM_CHANNELS) return null;
      const rest = bytes.length - start;
      const length = size === 0 || size > rest ? rest : size;
      return { ...format, frames: Math.floor(length / ((format.bits / 8) * format.channels)), offset: start };
    }
    at = start + size + (size % 2);
  }
  return null;
}

/** The samples of each channel, -1..1. */
export function readWavSamples(bytes: Uint8Array, header: WavHeader): Float32Array[] {
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
