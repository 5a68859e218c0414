import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CodeReference } from '@visavox/core/code';
import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Content, ObjectStore } from '@visavox/core/object-store';
import type { RunRequest, RunStore } from '@visavox/core/ports';
import { RunRecord } from '@visavox/core/run';
import type { RunPage, RunQuery } from '@visavox/core/run-summary';
import { takeSnapshot } from './code/snapshot.ts';
import { storeSnapshot } from './code/stored-code.ts';
import { compile } from './compile.ts';
import { LocalEngine, type LocalEngineOptions } from './local/engine.ts';
import { MemoryRunStore } from './memory-run-store.ts';
import type { PipelineNode } from './nodes.ts';

/** The processes of this machine that were started with this word. A step's own ids mean nothing outside of it. */
export async function processesWith(word: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it has ended
      return words.split('\0').includes(word) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

/** A project's folder as it is now, stored as the code of a run. */
export async function codeIn(project: string, objects: ObjectStore): Promise<CodeReference> {
  const snapshot = await takeSnapshot(project);
  await storeSnapshot(objects, snapshot);
  return { digest: snapshot.digest, origin: snapshot.origin };
}

let lengths = 0;

/** Seconds that no other test sleeps: `sleep` with them is found by `processesWith`. */
export function ownSeconds(): string {
  return `600.${process.pid}${++lengths}`;
}

/** Objects in memory, for tests. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, Uint8Array>();

  async put(key: string, content: Content): Promise<void> {
    this.#objects.set(key, Uint8Array.from(await wholeOf(content)));
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

  async *read(key: string): AsyncGenerator<Uint8Array, void> {
    yield await this.get(key);
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

/** Objects as files, for tests that kill processes. */
export class FileObjectStore extends MemoryObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  override async put(key: string, content: Content): Promise<void> {
    await writeWhole(join(this.#folder, key), await wholeOf(content));
  }

  override async get(key: string): Promise<Uint8Array> {
    return (await this.has(key)) ? readFile(join(this.#folder, key)) : super.get(key);
  }

  override async has(key: string): Promise<boolean> {
    return stat(join(this.#folder, key)).then(
      () => true,
      () => false,
    );
  }
}

/** Runs as one file each, for tests that kill processes. */
export class FileRunStore implements RunStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async save(run: RunRecord): Promise<void> {
    await writeWhole(join(this.#folder, `${run.id}.json`), JSON.stringify(run));
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return (await this.#all()).get(id);
  }

  async list(filter: { unfinished?: boolean; limit?: number }): Promise<readonly RunRecord[]> {
    return (await this.#memory()).list(filter);
  }

  async page(query: RunQuery): Promise<RunPage> {
    return (await this.#memory()).page(query);
  }

  async annotate(): Promise<boolean> {
    throw new Error('runs in files are not annotated');
  }

  async named(text: string, limit: number): Promise<readonly string[]> {
    return (await this.#memory()).named(text, limit);
  }

  async findCached(cacheKey: RunRecord['pins']['code']): ReturnType<RunStore['findCached']> {
    return (await this.#memory()).findCached(cacheKey);
  }

  async #memory(): Promise<MemoryRunStore> {
    const memory = new MemoryRunStore();
    for (const run of (await this.#all()).values()) await memory.save(run);
    return memory;
  }

  async #all(): Promise<Map<string, RunRecord>> {
    const files = (await readdir(this.#folder).catch(() => [])).filter((file) => file.endsWith('.json'));
    const runs = await Promise.all(
      files.map(async (file) =>
        RunRecord.parse(JSON.parse(await readFile(join(this.#folder, file), 'utf8'))),
      ),
    );
    return new Map(runs.map((run) => [run.id, run]));
  }
}

async function wholeOf(content: Content): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

let writes = 0;

async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.${++writes}.new`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, file);
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

/** No run of an earlier process, which a Kubeflow still knows, has such an id. */
const session = `run-${Date.now().toString(36)}-${process.pid}`;
let count = 0;

export function requestFor(pipeline: PipelineNode, changes: Partial<RunRequest> = {}): RunRequest {
  return {
    id: `${session}-${++count}`,
    pipelineSpec: compile(pipeline),
    parameters: {},
    datasets: [],
    trigger: 'manual',
    seed: 1,
    useCache: true,
    ...changes,
  };
}
