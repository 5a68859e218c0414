/** A-law and mu-law (ITU-T G.711): the 256 values, -1..1. */
export const A_LAW = Float32Array.from({ length: 256 }, (_, code) => {
  const value = code ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 15) << 4) + 8;
  const size = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return (value & 0x80 ? size : -size) / 32768;
});

const MU_LAW_BIAS = 0x84;
export const MU_LAW = Float32Array.from({ length: 256 }, (_, code) => {
  const value = ~code & 0xff;
  const size = ((((value & 15) << 3) + MU_LAW_BIAS) << ((value >> 4) & 7)) - MU_LAW_BIAS;
  return (value & 0x80 ? -size : size) / 32768;
});

/** IMA ADPCM (IMA Digital Audio Focus and Technical Working Group, 1992): how a step follows from the last difference. */
const INDEX_STEPS = [-1, -1, -1, -1, 2, 4, 6, 8];
export const ADPCM_STEPS = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
  107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724,
  796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026,
  4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500,
  20350, 22385, 24623, 27086, 29794, 32767,
];

export interface AdpcmLayout {
  readonly channels: number;
  /** Bytes of a block: four a channel to begin with, then four of each channel in turn. */
  readonly blockBytes: number;
  readonly frames: number;
}

/** How many frames so many bytes hold, the last block being shorter. */
export function adpcmFrames(bytes: number, { channels, blockBytes }: Omit<AdpcmLayout, 'frames'>): number {
  const framesOf = (block: number) =>
    block < 4 * channels ? 0 : 1 + Math.floor((block - 4 * channels) / (4 * channels)) * 8;
  return Math.floor(bytes / blockBytes) * framesOf(blockBytes) + framesOf(bytes % blockBytes);
}

/** IMA ADPCM as it is in a WAV file; the samples of each channel, -1..1. */
export function decodeAdpcm(data: Uint8Array, { channels, blockBytes, frames }: AdpcmLayout): Float32Array[] {
  const decoded = Array.from({ length: channels }, () => new Float32Array(frames));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let start = 0;
  for (let block = 0; block < data.length && start < frames; block += blockBytes) {
    const end = Math.min(block + blockBytes, data.length);
    if (end - block < 4 * channels) break;
    decoded.forEach((samples, channel) => {
      decodeBlock(view, { block, end, channel, channels }, (offset, value) => {
        if (start + offset < frames) samples[start + offset] = value / 32768;
      });
    });
    start += adpcmFrames(end - block, { channels, blockBytes });
  }
  return decoded;
}

function decodeBlock(
  view: DataView,
  { block, end, channel, channels }: { block: number; end: number; channel: number; channels: number },
  put: (offset: number, value: number) => void,
): void {
  let value = view.getInt16(block + 4 * channel, true);
  let index = Math.min(ADPCM_STEPS.length - 1, view.getUint8(block + 4 * channel + 2));
  let offset = 0;
  put(offset++, value);
  const first = block + 4 * channels;
  for (let group = first + 4 * channel; group + 4 <= end; group += 4 * channels) {
    for (let nibble = 0; nibble < 8; nibble++) {
      const code = (view.getUint8(group + (nibble >> 1)) >> (nibble & 1 ? 4 : 0)) & 15;
      const step = ADPCM_STEPS[index]!;
      const size =
        (step >> 3) + (code & 1 ? step >> 2 : 0) + (code & 2 ? step >> 1 : 0) + (code & 4 ? step : 0);
      value = Math.max(-32768, Math.min(32767, code & 8 ? value - size : value + size));
      index = Math.max(0, Math.min(ADPCM_STEPS.length - 1, index + INDEX_STEPS[code & 7]!));
      put(offset++, value);
    }
  }
}
