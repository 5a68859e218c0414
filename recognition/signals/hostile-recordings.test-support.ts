import { crc32, deflateSync } from 'node:zlib';
import { ADPCM_STEPS } from './wav-codecs.ts';

/** Small files that say a lot when they are decoded, and odd ones; made here, so that none has to be kept. */

export interface WavOptions {
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly float?: boolean;
  readonly seconds?: number;
  /** Of a channel at a time in seconds; a tone of 440 Hz at half of full scale, halved in the second channel, unless given. */
  readonly signal?: (seconds: number, channel: number) => number;
}

export function wav({
  rate = 16_000,
  channels = 1,
  bits = 16,
  float = false,
  seconds = 0.25,
  signal = (time, channel) => (Math.sin(2 * Math.PI * 440 * time) * 0.5) / (channel + 1),
}: WavOptions = {}): Uint8Array {
  const frames = Math.round(rate * seconds);
  const width = bits / 8;
  const bytes = Buffer.alloc(44 + frames * channels * width);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(float ? 3 : 1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt16LE(bits, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(bytes.length - 44, 40);
  for (let frame = 0, at = 44; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++, at += width) {
      const value = signal(frame / rate, channel);
      if (float && bits === 64) bytes.writeDoubleLE(value, at);
      else if (float) bytes.writeFloatLE(value, at);
      else if (bits === 8) bytes.writeUInt8(Math.round(value * 127 + 128), at);
      else bytes.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, width);
    }
  }
  return bytes;
}

/** FLAC (RFC 9639) of silence at 16 kHz, 16 bits: one constant subframe a channel and frame. */
export function silentFlac({ frames = 1, blockSize = 1600, channels = 1 } = {}): Uint8Array {
  const info = Buffer.alloc(42);
  info.write('fLaC', 0, 'latin1');
  info.writeUInt32BE(0x80000022, 4);
  info.writeUInt16BE(blockSize, 8);
  info.writeUInt16BE(blockSize, 10);
  // Sample rate (20 bits), channels - 1 (3), bits - 1 (5), number of samples (36; 0 is unknown).
  info.writeBigUInt64BE((16_000n << 44n) | (BigInt(channels - 1) << 41n) | (15n << 36n), 18);
  const parts = [info];
  for (let frame = 0; frame < frames; frame++) {
    // Block size in 16 bits, 16 kHz, channels, 16 bits, then the frame's number as UTF-8 would write it.
    const size = [(blockSize - 1) >> 8, (blockSize - 1) & 0xff];
    const head = Buffer.from([0xff, 0xf8, 0x75, ((channels - 1) << 4) | 8, ...utf8(frame), ...size]);
    const body = Buffer.concat([head, Buffer.from([crc(head, 0x07, 8)]), Buffer.alloc(3 * channels)]);
    const tail = Buffer.alloc(2);
    tail.writeUInt16BE(crc(body, 0x8005, 16));
    parts.push(body, tail);
  }
  return Buffer.concat(parts);
}

function utf8(value: number): number[] {
  return [...Buffer.from(String.fromCodePoint(value), 'utf8')];
}

/** 120 ms in one byte: SILK, narrow band, two frames of 60 ms without data (RFC 6716, section 3.1). */
const OPUS_SILENCE = (3 << 3) | 1;

/** Ogg (RFC 3533) with Opus (RFC 7845): 30 s of silence in each page of 540 bytes. */
export function silentOpus(minutes: number): Uint8Array {
  const head = Buffer.from([...Buffer.from('OpusHead'), 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]);
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const pages = [oggPage(0, 2, [head]), oggPage(1, 0, [tags])];
  const packets = Array.from({ length: 255 }, () => Buffer.of(OPUS_SILENCE));
  for (let page = 0; page < minutes * 2; page++) pages.push(oggPage(page + 2, 0, packets));
  return Buffer.concat(pages);
}

function oggPage(number: number, flags: number, packets: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head.writeUInt8(flags, 5);
  head.writeBigUInt64LE(BigInt(Math.max(0, number - 1)) * 255n * 5760n, 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(number, 18);
  head.writeUInt8(packets.length, 26);
  const page = Buffer.concat([head, Buffer.from(packets.map(({ length }) => length)), ...packets]);
  page.writeUInt32LE(crc(page, 0x04c11db7, 32), 22);
  return page;
}

/** The first part of a WebM recording up to its sound, then clusters of silence, 120 ms in seven bytes. */
export function silentWebm(recording: Uint8Array, minutes: number): Uint8Array {
  const bytes = Buffer.from(recording);
  // The table of contents before it names the cluster too.
  const start = bytes.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]), bytes.indexOf('OpusHead'));
  // A segment of unknown length, as a browser writes it while it records.
  const segment = bytes.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]));
  bytes.set([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], segment + 4);
  const parts = [bytes.subarray(0, start)];
  for (let cluster = 0; cluster < minutes * 2; cluster++) {
    const time = Buffer.alloc(6);
    time.set([0xe7, 0x84]);
    time.writeUInt32BE(cluster * 30_000, 2);
    const blocks = Array.from({ length: 250 }, (_, block) => {
      const at = block * 120;
      return Buffer.from([0xa3, 0x85, 0x81, at >> 8, at & 0xff, 0x80, OPUS_SILENCE]);
    });
    const body = Buffer.concat([time, ...blocks]);
    const head = Buffer.from([0x1f, 0x43, 0xb6, 0x75, 0x40 | (body.length >> 8), body.length & 0xff]);
    parts.push(head, body);
  }
  return Buffer.concat(parts);
}

/** MPEG 2.5 layer III at 8 kHz and 8 kbit/s: 72 ms of silence in 72 bytes. */
export function silentMp3(minutes: number): Uint8Array {
  const frame = Buffer.alloc(72);
  frame.set([0xff, 0xe3, 0x18, 0xc4]);
  return Buffer.concat(Array.from({ length: Math.round((minutes * 60) / 0.072) }, () => frame));
}

function crc(bytes: Uint8Array, polynomial: number, width: number): number {
  let value = 0;
  for (const byte of bytes) {
    value = (value ^ (byte << (width - 8))) >>> 0;
    for (let bit = 0; bit < 8; bit++) {
      const top = value & (2 ** (width - 1)) ? polynomial : 0;
      value = (((value << 1) ^ top) & (width === 32 ? -1 : (1 << width) - 1)) >>> 0;
    }
  }
  return value;
}

/** A PNG that says in its header how large it is, and then hardly anything. */
export function pngOfSize(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const rows = deflateSync(Buffer.alloc(1024 * 1024));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** 0.25 s of the same tone as {@link wav} gives, at 8 kHz, in a telephone's code. */
export function telephoneWav(code: 'a-law' | 'mu-law'): Uint8Array {
  const pcm = Buffer.from(wav({ rate: 8000 })).subarray(44);
  const encode = code === 'a-law' ? aLaw : muLaw;
  const data = Uint8Array.from({ length: pcm.length / 2 }, (_, at) => encode(pcm.readInt16LE(at * 2)));
  return wavOf({ code: code === 'a-law' ? 6 : 7, bits: 8, blockBytes: 1, rate: 8000 }, data);
}

/** Compressed as ITU-T G.711 tells it, by looking for the segment. */
function aLaw(sample: number): number {
  const size = Math.min(32_767, Math.abs(sample)) >> 3;
  const segment = Math.max(0, Math.floor(Math.log2(Math.max(size, 1))) - 4);
  const mantissa = (size >> (segment === 0 ? 1 : segment)) & 15;
  return ((sample >= 0 ? 0x80 : 0) | (segment << 4) | mantissa) ^ 0x55;
}

function muLaw(sample: number): number {
  const size = Math.min(32_635, Math.abs(sample)) + 0x84;
  const segment = Math.floor(Math.log2(size)) - 7;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((size >> (segment + 3)) & 15)) & 0xff;
}

/** The same tone at 16 kHz in IMA ADPCM of blocks of 256 bytes, a length of its own told in a chunk `fact`. */
export function adpcmWav({ channels = 1 } = {}): Uint8Array {
  const source = Buffer.from(wav({ channels })).subarray(44);
  const frames = source.length / 2 / channels;
  const blockBytes = 256 * channels;
  const perBlock = 1 + 8 * (256 / 4 - 1);
  const blocks = Array.from({ length: Math.ceil(frames / perBlock) }, (_, block) => {
    const bytes = Buffer.alloc(blockBytes);
    for (let channel = 0; channel < channels; channel++) {
      const sample = (frame: number) =>
        source.readInt16LE((Math.min(frames - 1, block * perBlock + frame) * channels + channel) * 2);
      adpcmBlock(bytes, { channel, channels, perBlock, sample });
    }
    return bytes;
  });
  const fact = Buffer.alloc(4);
  fact.writeUInt32LE(frames);
  return wavOf({ code: 17, bits: 4, blockBytes, rate: 16_000, channels, fact }, Buffer.concat(blocks));
}

/** Each sample by the nearest of the sixteen differences that a step allows. */
function adpcmBlock(
  bytes: Buffer,
  block: { channel: number; channels: number; perBlock: number; sample: (frame: number) => number },
): void {
  const { channel, channels, perBlock, sample } = block;
  let value = sample(0);
  let index = 60;
  bytes.writeInt16LE(value, 4 * channel);
  bytes.writeUInt8(index, 4 * channel + 2);
  for (let frame = 1; frame < perBlock; frame++) {
    const step = ADPCM_STEPS[index]!;
    const wanted = sample(frame) - value;
    const size = Math.min(7, Math.floor((Math.abs(wanted) * 4) / step));
    const code = size | (wanted < 0 ? 8 : 0);
    const at =
      4 * channels + Math.floor((frame - 1) / 8) * 4 * channels + 4 * channel + (((frame - 1) % 8) >> 1);
    bytes[at]! |= (frame - 1) & 1 ? code << 4 : code;
    const difference = (step >> 3) + ((size * step) >> 2);
    value = Math.max(-32_768, Math.min(32_767, value + (wanted < 0 ? -difference : difference)));
    index = Math.max(0, Math.min(88, index + [-1, -1, -1, -1, 2, 4, 6, 8][size]!));
  }
}

function wavOf(
  format: { code: number; bits: number; blockBytes: number; rate: number; channels?: number; fact?: Buffer },
  data: Uint8Array,
): Uint8Array {
  const { code, bits, blockBytes, rate, channels = 1, fact } = format;
  const chunk = (tag: string, content: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.write(tag, 'latin1');
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const fmt = Buffer.alloc(18);
  fmt.writeUInt16LE(code, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt16LE(blockBytes, 12);
  fmt.writeUInt16LE(bits, 14);
  const chunks = [chunk('fmt ', fmt), ...(fact ? [chunk('fact', fact)] : []), chunk('data', data)];
  return Buffer.concat([chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]))]);
}

/** A tag of ID3v2.3 with a title, as some programs put it before whatever they write. */
export function afterId3(recording: Uint8Array): Uint8Array {
  const frame = Buffer.concat([
    Buffer.from('TIT2'),
    Buffer.from([0, 0, 0, 200, 0, 0]),
    Buffer.alloc(200, 0x20),
  ]);
  const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, frame.length >> 7, frame.length & 0x7f]);
  return Buffer.concat([head, frame, recording]);
}

/** Files of ISO base media begin with their brand. */
export function ofBrand(brand: string): Uint8Array {
  return Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}`), Buffer.alloc(200)]);
}
