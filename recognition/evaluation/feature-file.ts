import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { z } from 'zod';

/** What came of a recording: features, or the code of the fault. */
export type Acquired = { readonly features: Float32Array } | { readonly fault: string };

const Line = z.union([
  z.object({ sample: z.string(), features: z.base64() }),
  z.object({ sample: z.string(), fault: z.string() }),
]);

/** Features by content on disk, one JSON line each, only appended. A line that a crash cut off is computed again. */
export class FeatureFile {
  readonly #path: string | null;
  readonly #known: Map<string, Acquired>;

  private constructor(path: string | null, known: Map<string, Acquired>) {
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
    const known = new Map<string, Acquired>();
    for (const line of text.split('\n')) {
      const entry = parseLine(line);
      if (entry) known.set(entry.sample, entry.acquired);
    }
    // Ends a line that a crash cut off, so that the next one starts on its own.
    if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
    return new FeatureFile(path, known);
  }

  get(sample: Digest): Acquired | undefined {
    return this.#known.get(sample);
  }

  async put(sample: Digest, acquired: Acquired): Promise<void> {
    this.#known.set(sample, acquired);
    if (this.#path === null) return;
    const line =
      'fault' in acquired
        ? { sample, fault: acquired.fault }
        : { sample, features: encode(acquired.features) };
    await appendFile(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}

function parseLine(text: string): { sample: string; acquired: Acquired } | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const line = Line.safeParse(json).data;
  if (!line) return null;
  const { sample } = line;
  return 'fault' in line
    ? { sample, acquired: { fault: line.fault } }
    : { sample, acquired: { features: decode(line.features) } };
}

function encode(features: Float32Array): string {
  return Buffer.from(features.buffer, features.byteOffset, features.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
