import type { AudioData, StreamDecoder } from 'audio-decode';
import { captureFault } from './capture-fault.ts';
import { resample } from './resample.ts';
import { readWavHeader, readWavSamples } from './wav.ts';

export const SAMPLE_RATE = 16_000;

const MAXIMUM_BYTES = 20 * 1024 * 1024;
const MAXIMUM_SECONDS = 60;
const LOWEST_RATE = 8_000;
const HIGHEST_RATE = 192_000;
/** Small, because a few kilobytes of compressed silence can hold minutes. */
const CHUNK_BYTES = 4096;

/** Decodes WAV, WebM or Ogg (Opus, Vorbis), FLAC or MP3, by content, not by name, to mono at 16 kHz, -1..1. */
export async function decodeAudio(bytes: Uint8Array): Promise<Float32Array> {
  if (bytes.length > MAXIMUM_BYTES) throw captureFault('audio_too_large', { bytes: bytes.length });
  const { samples, sampleRate } = readWav(bytes) ?? (await decodeStream(bytes));
  if (samples.length === 0) throw captureFault('audio_unreadable', { bytes: bytes.length });
  if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE)
    throw captureFault('audio_unreadable', { sampleRate });
  if (!allFinite(samples)) throw captureFault('audio_unreadable', { reason: 'a sample is not a number' });
  return resample(samples, sampleRate, SAMPLE_RATE);
}

function allFinite(samples: Float32Array): boolean {
  for (let at = 0; at < samples.length; at++) if (!Number.isFinite(samples[at])) return false;
  return true;
}

interface Decoded {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

function readWav(bytes: Uint8Array): Decoded | null {
  const header = readWavHeader(bytes);
  if (!header) return null;
  assertLength(header.frames, header.sampleRate);
  return { samples: readWavSamples(bytes, header), sampleRate: header.sampleRate };
}

type StreamFormat = 'webm' | 'opus' | 'oga' | 'flac' | 'mp3';

function formatOf(bytes: Uint8Array): StreamFormat | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  if (start.startsWith('\x1a\x45\xdf\xa3')) return 'webm';
  if (start.startsWith('OggS')) return start.includes('OpusHead') ? 'opus' : 'oga';
  if (start.startsWith('fLaC')) return 'flac';
  if (start.startsWith('ID3') || ((bytes[0] ?? 0) === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2))
    return 'mp3';
  return null;
}

async function decodeStream(bytes: Uint8Array): Promise<Decoded> {
  const format = formatOf(bytes);
  if (!format) throw captureFault('audio_unreadable', { bytes: bytes.length });
  const { default: decode } = await import('audio-decode');
  const decoder = await decode[format]();
  const parts: Float32Array[] = [];
  let sampleRate = 0;
  let length = 0;
  const keep = ({ channelData, sampleRate: rate }: AudioData) => {
    if (!channelData[0]?.length) return;
    if (sampleRate !== 0 && rate !== sampleRate)
      throw captureFault('audio_unreadable', { reason: 'the sample rate changes' });
    sampleRate = rate;
    const part = mono(channelData);
    length += part.length;
    assertLength(length, sampleRate);
    parts.push(part);
  };
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      keep(await decodeChunk(decoder, bytes.subarray(at, at + CHUNK_BYTES)));
    }
    keep(await decodeChunk(decoder));
  } finally {
    decoder.free();
  }
  return { samples: join(parts), sampleRate };
}

/** The codecs report damage by whatever they throw. */
async function decodeChunk(decoder: StreamDecoder, chunk?: Uint8Array): Promise<AudioData> {
  try {
    return await decoder(chunk);
  } catch (cause) {
    throw captureFault('audio_unreadable', {}, cause);
  }
}

function assertLength(frames: number, sampleRate: number): void {
  if (frames > sampleRate * MAXIMUM_SECONDS)
    throw captureFault('audio_too_long', { maximumSeconds: MAXIMUM_SECONDS });
}

function mono(channels: readonly Float32Array[]): Float32Array {
  const first = channels[0] ?? new Float32Array(0);
  if (channels.length === 1) return first.slice();
  return first.map(
    (_, index) => channels.reduce((sum, channel) => sum + channel[index]!, 0) / channels.length,
  );
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
