import type { AudioData, StreamDecoder } from 'audio-decode';
import { captureFault } from './capture-fault.ts';
import { resample } from './resample.ts';
import { readWavHeader, readWavSamples } from './wav.ts';

export const SAMPLE_RATE = 16_000;

const MAXIMUM_BYTES = 20 * 1024 * 1024;
const MAXIMUM_SECONDS = 60;
const LOWEST_RATE = 8_000;
const HIGHEST_RATE = 192_000;
const MAXIMUM_CHANNELS = 8;
/** Small, because a kilobyte of compressed silence can hold minutes, in eight channels. */
const CHUNK_BYTES = 512;

/** What becomes of a recording of more than a minute: `cut` keeps the first minute. */
export type LongAudio = 'refused' | 'cut';

/**
 * Decodes WAV (telephone codecs too), WebM or Ogg (Opus, Vorbis), FLAC or MP3, by content, not by name, to mono at 16 kHz,
 * -1..1, without offset.
 */
export async function decodeAudio(
  bytes: Uint8Array,
  { long = 'refused' }: { long?: LongAudio } = {},
): Promise<Float32Array> {
  if (bytes.length > MAXIMUM_BYTES) throw captureFault('audio_too_large', { bytes: bytes.length });
  const whole = readWav(bytes, long) ?? (await decodeStream(bytes, long));
  const { channels, sampleRate } = long === 'cut' ? firstMinute(whole) : whole;
  if (!channels[0]?.length) throw captureFault('audio_unreadable', { bytes: bytes.length });
  const peaks = channels.map(peakOf);
  if (peaks.some((peak) => !Number.isFinite(peak)))
    throw captureFault('audio_unreadable', { reason: 'a sample is not a number' });
  return resample(withinFullScale(withoutOffset(mixDown(channels))), sampleRate, SAMPLE_RATE);
}

/** Not finite where a sample is not. */
function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let at = 0; at < samples.length; at++) {
    const size = Math.abs(samples[at]!);
    // Written so that a NaN stays.
    if (!(size <= peak)) peak = size;
    if (Number.isNaN(peak)) return peak;
  }
  return peak;
}

/** A microphone's direct current is no sound, and would count as noise between the words. */
function withoutOffset(samples: Float32Array): Float32Array {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += samples[at]!;
  const mean = sum / samples.length;
  return samples.map((sample) => sample - mean);
}

/** Floating point may go beyond full scale, or count in the steps of an integer; what is heard is the same. */
function withinFullScale(samples: Float32Array): Float32Array {
  const peak = peakOf(samples);
  return peak > 1 ? samples.map((sample) => sample / peak) : samples;
}

interface Decoded {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
}

function firstMinute({ channels, sampleRate }: Decoded): Decoded {
  const most = sampleRate * MAXIMUM_SECONDS;
  return { channels: channels.map((channel) => channel.subarray(0, most)), sampleRate };
}

function readWav(bytes: Uint8Array, long: LongAudio): Decoded | null {
  const header = readWavHeader(bytes);
  if (!header) return null;
  assertRate(header.sampleRate);
  if (long === 'refused') assertLength(header.frames, header.sampleRate);
  return { channels: readWavSamples(bytes, header), sampleRate: header.sampleRate };
}

type StreamFormat = 'webm' | 'opus' | 'oga' | 'flac' | 'mp3';

/** `aac`: what Apple's programs record, in MP4 or bare (ADTS); no decoder of it is both free and looked after. */
function formatOf(bytes: Uint8Array): StreamFormat | 'aac' | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  if (start.startsWith('\x1a\x45\xdf\xa3')) return 'webm';
  if (start.startsWith('OggS')) return start.includes('OpusHead') ? 'opus' : 'oga';
  if (start.startsWith('fLaC')) return 'flac';
  if (start.slice(4, 8) === 'ftyp' || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0)) return 'aac';
  if (start.startsWith('ID3') || ((bytes[0] ?? 0) === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2))
    return 'mp3';
  return null;
}

async function decodeStream(bytes: Uint8Array, long: LongAudio): Promise<Decoded> {
  const format = formatOf(bytes);
  if (format === 'aac') throw captureFault('aac_unsupported');
  if (!format) throw captureFault('audio_unreadable', { bytes: bytes.length });
  const decoded = await decodeInChunks(bytes, { format, long, chunkBytes: CHUNK_BYTES });
  if (isLong(decoded.channels[0]?.length ?? 0, decoded.sampleRate)) return decoded;
  // The decoder of FLAC loses the last frames of what comes in pieces. That way it only tells whether the whole is short.
  return format === 'flac' ? decodeInChunks(bytes, { format, long, chunkBytes: bytes.length }) : decoded;
}

/** To be cut, no more than is kept. */
async function decodeInChunks(
  bytes: Uint8Array,
  { format, long, chunkBytes }: { format: StreamFormat; long: LongAudio; chunkBytes: number },
): Promise<Decoded> {
  const { default: decode } = await import('audio-decode');
  const decoder = await decode[format]();
  const parts: (readonly Float32Array[])[] = [];
  let sampleRate = 0;
  let length = 0;
  const keep = ({ channelData, sampleRate: rate }: AudioData) => {
    if (!channelData[0]?.length) return;
    if (sampleRate !== 0 && rate !== sampleRate)
      throw captureFault('audio_unreadable', { reason: 'the sample rate changes' });
    if (parts[0] && parts[0].length !== channelData.length)
      throw captureFault('audio_unreadable', { reason: 'the number of channels changes' });
    if (channelData.length > MAXIMUM_CHANNELS)
      throw captureFault('audio_unreadable', { channels: channelData.length });
    sampleRate = rate;
    length += channelData[0].length;
    assertRate(sampleRate);
    if (long === 'refused') assertLength(length, sampleRate);
    // Copies, since a decoder may hand out views of a memory that it goes on to write in.
    parts.push(channelData.map((channel) => channel.slice()));
  };
  try {
    for (let at = 0; at < bytes.length && !isLong(length, sampleRate); at += chunkBytes) {
      keep(await decodeChunk(decoder, bytes.subarray(at, at + chunkBytes)));
    }
    if (!isLong(length, sampleRate)) keep(await decodeChunk(decoder));
  } finally {
    decoder.free();
  }
  const channels = (parts[0] ?? []).map((_, channel) => join(parts.map((part) => part[channel]!)));
  return { channels, sampleRate };
}

/** The codecs report damage by whatever they throw. */
async function decodeChunk(decoder: StreamDecoder, chunk?: Uint8Array): Promise<AudioData> {
  try {
    return await decoder(chunk);
  } catch (cause) {
    throw captureFault('audio_unreadable', {}, cause);
  }
}

function assertRate(sampleRate: number): void {
  if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE)
    throw captureFault('audio_unreadable', { sampleRate });
}

const isLong = (frames: number, sampleRate: number) => frames > sampleRate * MAXIMUM_SECONDS;

function assertLength(frames: number, sampleRate: number): void {
  if (isLong(frames, sampleRate)) throw captureFault('audio_too_long', { maximumSeconds: MAXIMUM_SECONDS });
}

/** Of the loudest channel's power: what is below is a plug that was left out, or the crosstalk of the other side. */
const SILENT_CHANNEL = 0.01;
/** Of the loudest channel's power: what is left of a mean whose channels cancel, as with a cable of swapped poles. */
const CANCELLED = 0.1;

/** The mean of the channels that carry something; where they cancel, the loudest of them alone. */
function mixDown(channels: readonly Float32Array[]): Float32Array {
  const powers = channels.map(power);
  const loudest = Math.max(...powers);
  const carrying = channels.filter((_, index) => powers[index]! >= loudest * SILENT_CHANNEL);
  const [first] = carrying;
  if (!first) return new Float32Array(0);
  if (carrying.length === 1) return first;
  const mean = first.map(
    (_, at) => carrying.reduce((sum, channel) => sum + channel[at]!, 0) / carrying.length,
  );
  return power(mean) < loudest * CANCELLED ? channels[powers.indexOf(loudest)]! : mean;
}

function power(samples: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += samples[at]! * samples[at]!;
  return sum / samples.length;
}

export function join(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
