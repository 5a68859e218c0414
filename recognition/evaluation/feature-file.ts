import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { z } from 'zod';

const Line = z.object({ sample: z.string(), features: z.base64() });

/**
 * Features by content on disk, one JSON line each, only appended. A line that a crash cut off is computed again,
 * and so is what could not be acquired: it takes little time, and the limits may have changed.
 */
export class FeatureFile {
  readonly #path: string | null;
  readonly #known: Map<string, Float32Array>;

  private constructor(path: string | null, known: Map<string, Float32Array>) {
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
    const known = new Map<string, Float32Array>();
    for (const line of text.split('\n')) {
      const entry = parseLine(line);
      if (entry) known.set(entry.sample, entry.features);
    }
    // Ends a line that a crash cut off, so that the next one starts on its own.
    if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
    return new FeatureFile(path, known);
  }

  get(sample: Digest): Float32Array | undefined {
    return this.#known.get(sample);
  }

  async put(sample: Digest, features: Float32Array): Promise<void> {
    this.#known.set(sample, features);
    if (this.#path === null) return;
    const line = JSON.stringify({ sample, features: encode(features) });
    await appendFile(this.#path, `${line}\n`, { mode: 0o600 });
  }
}

function parseLine(text: string): { sample: string; features: Float32Array } | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const line = Line.safeParse(json).data;
  return line ? { sample: line.sample, features: decode(line.features) } : null;
}

function encode(features: Float32Array): string {
  return Buffer.from(features.buffer, features.byteOffset, features.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
