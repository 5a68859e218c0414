import { spawn } from 'node:child_process';
import { UserError } from '@visavox/core/errors';
import { SAMPLE_RATE } from '../signals/audio.ts';
import type { Comparison, Recording } from './lists.ts';

const NARROW = ['-ar', '8000'];
const TELEPHONE = ['-af', 'highpass=f=200,lowpass=f=3600', ...NARROW];

/** Lines and codecs that a recording can come through: what ffmpeg encodes it with, and the container of that. */
const LINES = {
  'g711-mu': { format: 'wav', encode: [...TELEPHONE, '-c:a', 'pcm_mulaw'] },
  'g711-a': { format: 'wav', encode: [...TELEPHONE, '-c:a', 'pcm_alaw'] },
  g722: { format: 'g722', encode: ['-ar', '16000', '-c:a', 'g722'] },
  'g726-32k': { format: 'wav', encode: [...NARROW, '-c:a', 'g726', '-b:a', '32k'] },
  'g726-16k': { format: 'wav', encode: [...NARROW, '-c:a', 'g726', '-b:a', '16k'] },
  gsm: { format: 'gsm', encode: [...NARROW, '-c:a', 'libgsm'] },
  'opus-6k': { format: 'ogg', encode: ['-c:a', 'libopus', '-application', 'voip', '-b:a', '6k'] },
  'opus-8k': { format: 'ogg', encode: ['-c:a', 'libopus', '-application', 'voip', '-b:a', '8k'] },
  'opus-12k': { format: 'ogg', encode: ['-c:a', 'libopus', '-application', 'voip', '-b:a', '12k'] },
  'opus-24k': { format: 'ogg', encode: ['-c:a', 'libopus', '-application', 'voip', '-b:a', '24k'] },
  'speex-8k': { format: 'ogg', encode: [...NARROW, '-c:a', 'libspeex', '-b:a', '8k'] },
  'mp3-16k': { format: 'mp3', encode: ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k'] },
  'mp3-32k': { format: 'mp3', encode: ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '32k'] },
  'aac-24k': { format: 'adts', encode: ['-ar', '16000', '-c:a', 'aac', '-b:a', '24k'] },
  'vorbis-32k': { format: 'ogg', encode: ['-ar', '16000', '-c:a', 'libvorbis', '-b:a', '32k'] },
  'band-4k': { format: 'wav', encode: [...NARROW, '-c:a', 'pcm_s16le'] },
  'band-3k': {
    format: 'wav',
    encode: ['-af', 'highpass=f=300,lowpass=f=3000', ...NARROW, '-c:a', 'pcm_s16le'],
  },
} as const;
export type Line = keyof typeof LINES;
export const lineNames = Object.keys(LINES) as readonly Line[];

const MARK = 'through:';

/** The same comparisons, tried over a line; what was enrolled stays as it is. */
export function triedOver(comparisons: readonly Comparison[], line: Line): readonly Comparison[] {
  return comparisons.map((one) => ({ ...one, probe: [`${MARK}${line}`, ...one.probe] }));
}

/** The line that a recording came through, and the files that it is of. */
export function lineOf(recording: Recording): { readonly line: Line | null; readonly files: Recording } {
  const [first = '', ...files] = recording;
  if (!first.startsWith(MARK)) return { line: null, files: recording };
  return { line: first.slice(MARK.length) as Line, files };
}

/** Throws `line_unknown` for a name that is none. */
export function readLines(names: string): readonly Line[] {
  if (names === 'all') return lineNames;
  return names.split(',').map((name) => {
    const known = lineNames.find((line) => line === name.trim());
    if (known) return known;
    throw new UserError({
      kind: 'invalid',
      code: 'line_unknown',
      message: `there is no line "${name.trim()}"`,
      action: `Name some of ${lineNames.join(', ')}, or all.`,
    });
  });
}

/** What comes out at the other end. In and out: 16 kHz mono, -1..1. */
export async function overLine(waveform: Float32Array, line: Line): Promise<Float32Array> {
  const { format, encode } = LINES[line];
  const raw = ['-f', 'f32le', '-ar', String(SAMPLE_RATE), '-ac', '1'];
  const sent = await ffmpeg(
    [...raw, '-i', 'pipe:0', ...encode, '-ac', '1', '-f', format, 'pipe:1'],
    Buffer.from(waveform.buffer, waveform.byteOffset, waveform.byteLength),
  );
  // G.722 has no header to be known by.
  const received = await ffmpeg(
    [...(format === 'g722' ? ['-f', format] : []), '-i', 'pipe:0', ...raw, 'pipe:1'],
    sent,
  );
  return new Float32Array(
    Uint8Array.from(received.subarray(0, received.length - (received.length % 4))).buffer,
  );
}

function ffmpeg(words: readonly string[], input: Uint8Array): Promise<Buffer> {
  return new Promise((done, fail) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...words]);
    const out: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', (cause) =>
      fail(
        new UserError({
          kind: 'unavailable',
          code: 'ffmpeg_missing',
          message: `ffmpeg cannot be started: ${cause.message}`,
          action: 'Install ffmpeg, which recordings are sent over lines with.',
          cause,
        }),
      ),
    );
    child.on('close', (code) => {
      if (code === 0) return done(Buffer.concat(out));
      fail(
        new UserError({
          kind: 'unavailable',
          code: 'ffmpeg_failed',
          message: `ffmpeg ended with ${code}: ${said.trim()}`,
          action: 'Leave out that line, or install an ffmpeg that has its codec.',
        }),
      );
    });
    // It may end before it has read everything; why, it says itself.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
