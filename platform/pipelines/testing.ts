import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunRequest } from '@visavox/core/ports';
import { compile } from './compile.ts';
import { LocalEngine, type LocalEngineOptions } from './local/engine.ts';
import { MemoryRunStore } from './memory-run-store.ts';
import type { PipelineNode } from './nodes.ts';

/** Objects in memory, for tests. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, Uint8Array>();

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(key, Uint8Array.from(bytes));
  }

  async get(key: string): Promise<Uint8Array> {
    const bytes = this.#objects.get(key);
    if (!bytes)
      throw new UserError({
        kind: 'not-found',
        code: 'object_missing',
        message: `There is no object ${key}.`,
        action: 'Check the key.',
      });
    return Uint8Array.from(bytes);
  }

  async has(key: string): Promise<boolean> {
    return this.#objects.has(key);
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key);
  }

  async *list(prefix: string): AsyncIterable<string> {
    for (const key of [...this.#objects.keys()].sort()) if (key.startsWith(prefix)) yield key;
  }
}

export interface EngineForTest {
  readonly engine: LocalEngine;
  readonly folder: string;
  readonly runs: MemoryRunStore;
  readonly objects: ObjectStore;
  close(): Promise<void>;
}

export async function engineForTest(options: Partial<LocalEngineOptions> = {}): Promise<EngineForTest> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'visavox-runs-')));
  const runs = new MemoryRunStore();
  const objects = new MemoryObjectStore();
  const engine = await LocalEngine.open({
    folder,
    runs,
    objects,
    code: digestOf('code'),
    environmentDigest: digestOf('environment'),
    cores: 4,
    graceMs: 2000,
    ...options,
  });
  return {
    engine,
    folder,
    runs,
    objects,
    close: async () => {
      await engine.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

let count = 0;

export function requestFor(pipeline: PipelineNode, changes: Partial<RunRequest> = {}): RunRequest {
  return {
    id: `run-${process.pid}-${++count}`,
    pipelineSpec: compile(pipeline),
    parameters: {},
    datasets: [],
    trigger: 'manual',
    seed: 1,
    useCache: true,
    ...changes,
  };
}
