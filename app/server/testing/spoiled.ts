import sharp from 'sharp';

const rate = 16_000;
const headerBytes = 44;

/** Images next to each other in one, each of this size; without any, an empty room. */
export async function beside(
  images: readonly (Uint8Array | undefined)[],
  width: number,
  height: number,
): Promise<Uint8Array> {
  const tiles = await Promise.all(images.map((image) => sharp(image).resize(width, height).toBuffer()));
  return sharp({
    create: {
      width: width * Math.max(1, tiles.length),
      height,
      channels: 3,
      background: { r: 120, g: 130, b: 140 },
    },
  })
    .composite(tiles.map((input, index) => ({ input, left: index * width, top: 0 })))
    .jpeg()
    .toBuffer();
}

export function silence(seconds: number): Uint8Array {
  return wav(new Int16Array(seconds * rate));
}

export function cut(recording: Uint8Array, seconds: number): Uint8Array {
  return wav(samplesOf(recording).slice(0, Math.round(seconds * rate)));
}

/** Recorded far too loud. */
export function clipped(recording: Uint8Array): Uint8Array {
  return wav(samplesOf(recording).map((sample) => Math.max(-32_768, Math.min(32_767, sample * 60))));
}

function samplesOf(recording: Uint8Array): Int16Array {
  return new Int16Array(Uint8Array.from(recording.subarray(headerBytes)).buffer);
}

/** PCM, 16 bit, 16 kHz, one channel. */
function wav(samples: Int16Array): Uint8Array {
  const bytes = Buffer.alloc(headerBytes + samples.byteLength);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.byteLength, 40);
  Buffer.from(samples.buffer).copy(bytes, headerBytes);
  return bytes;
}
