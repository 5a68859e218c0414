import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { z } from 'zod';
import { Measures } from './traits.ts';

const Line = z.object({ sample: z.string(), features: z.base64(), measures: Measures });

export interface Remembered {
  readonly features: Float32Array;
  readonly measures: Measures;
}

/** Where a line of the file lies, in bytes. */
interface Place {
  readonly at: number;
  readonly length: number;
}

const NEWLINE = 0x0a;

/**
 * Features and measures by content on disk, one JSON line each, only appended. A line that a crash cut off is computed again,
 * and so is what could not be acquired: it takes little time, and the limits may have changed. Memory holds where each line
 * lies, not what it says: lists of a hundred thousand recordings have features of half a gigabyte.
 */
export class FeatureFile {
  readonly #file: FileHandle | null;
  readonly #places: Map<string, Place>;
  /** Of a file that is none. */
  readonly #remembered = new Map<string, Remembered>();
  /** Appends one after another, so that each knows where its line lies. */
  #appended: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle | null, places: Map<string, Place>) {
    this.#file = file;
    this.#places = places;
  }

  /** `path` null: remembers nothing beyond this process. */
  static async open(path: string | null): Promise<FeatureFile> {
    if (path === null) return new FeatureFile(null, new Map());
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a+', 0o600);
    const { places, cutOff } = await placesIn(path);
    // Ends a line that a crash cut off, so that the next one starts on its own.
    if (cutOff) await file.appendFile('\n');
    return new FeatureFile(file, places);
  }

  async get(sample: Digest): Promise<Remembered | undefined> {
    const place = this.#places.get(sample);
    if (!this.#file || !place) return this.#remembered.get(sample);
    const bytes = Buffer.alloc(place.length);
    await this.#file.read(bytes, 0, place.length, place.at);
    const line = parseLine(bytes.toString('utf8'));
    // Another process may have appended at the same moment, so that the place is another's.
    return line?.sample === sample ? { features: line.features, measures: line.measures } : undefined;
  }

  async put(sample: Digest, { features, measures }: Remembered): Promise<void> {
    const file = this.#file;
    if (!file) {
      this.#remembered.set(sample, { features, measures });
      return;
    }
    const line = Buffer.from(`${JSON.stringify({ sample, features: encode(features), measures })}\n`);
    this.#appended = this.#appended.then(async () => {
      await file.appendFile(line);
      const { size } = await file.stat();
      this.#places.set(sample, { at: size - line.length, length: line.length - 1 });
    });
    await this.#appended;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Read piece by piece: the whole may be longer than a string can be. */
async function placesIn(path: string): Promise<{ places: Map<string, Place>; cutOff: boolean }> {
  const places = new Map<string, Place>();
  let [start, kept] = [0, Buffer.alloc(0)];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([kept, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const sample = sampleOf(bytes.subarray(from, end));
      if (sample !== null) places.set(sample, { at: start + from, length: end - from });
      from = end + 1;
    }
    start += from;
    kept = bytes.subarray(from);
  }
  return { places, cutOff: kept.length > 0 };
}

/** What a line is about, by its first words alone; whether all of it can be read shows when it is wanted. */
function sampleOf(line: Buffer): string | null {
  return /^\{"sample":"([^"]+)",/.exec(line.toString('latin1', 0, 200))?.[1] ?? null;
}

function parseLine(text: string): ({ sample: string } & Remembered) | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const line = Line.safeParse(json).data;
  return line ? { ...line, features: decode(line.features) } : null;
}

function encode(features: Float32Array): string {
  return Buffer.from(features.buffer, features.byteOffset, features.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
