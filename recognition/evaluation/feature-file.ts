import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { z } from 'zod';
import { Measures } from './traits.ts';

const Line = z.object({ sample: z.string(), features: z.base64(), measures: Measures });

export interface Remembered {
  readonly features: Float32Array;
  readonly measures: Measures;
}

/**
 * Features and measures by content on disk, one JSON line each, only appended. A line that a crash cut off is computed again,
 * and so is what could not be acquired: it takes little time, and the limits may have changed.
 */
export class FeatureFile {
  readonly #path: string | null;
  readonly #known: Map<string, Remembered>;

  private constructor(path: string | null, known: Map<string, Remembered>) {
    this.#path = path;
    this.#known = known;
  }

  /** `path` null: remembers nothing beyond this process. */
  static async open(path: string | null): Promise<FeatureFile> {
    if (path === null) return new FeatureFile(null, new Map());
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const known = new Map<string, Remembered>();
    for (const line of text.split('\n')) {
      const entry = parseLine(line);
      if (entry) known.set(entry.sample, entry);
    }
    // Ends a line that a crash cut off, so that the next one starts on its own.
    if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
    return new FeatureFile(path, known);
  }

  get(sample: Digest): Remembered | undefined {
    return this.#known.get(sample);
  }

  async put(sample: Digest, { features, measures }: Remembered): Promise<void> {
    this.#known.set(sample, { features, measures });
    if (this.#path === null) return;
    const line = JSON.stringify({ sample, features: encode(features), measures });
    await appendFile(this.#path, `${line}\n`, { mode: 0o600 });
  }
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
