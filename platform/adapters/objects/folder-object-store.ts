import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Content, ObjectStore } from '@visavox/core/object-store';
import { checkObjectKey, keyConflict, objectMissing } from './object-key.ts';

/** Where objects are written before they get their name. No key can reach it: no part of a key starts with a dot. */
const temporaryFolder = '.temporary';
const abandonedAfterMs = 60 * 60 * 1000;
const readBytes = 256 * 1024;

/** Objects as files of one folder: the key `a/b/c` is the file `a/b/c`. Several processes may share the folder. */
export class FolderObjectStore implements ObjectStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Creates the folder where it is missing, and removes what writers that died an hour ago or earlier left half-written. */
  static async open(root: string): Promise<FolderObjectStore> {
    const store = new FolderObjectStore(resolve(root));
    const temporary = join(store.#root, temporaryFolder);
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    for (const name of await readdir(temporary)) {
      const file = join(temporary, name);
      const modified = await stat(file).then((found) => found.mtimeMs, whenMissing(undefined));
      if (modified !== undefined && Date.now() - modified > abandonedAfterMs) await rm(file, { force: true });
    }
    return store;
  }

  async put(key: string, content: Content): Promise<void> {
    const file = this.#file(key);
    const temporary = join(this.#root, temporaryFolder, randomUUID());
    try {
      await writeDurably(temporary, content);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    try {
      await this.#makeFolder(dirname(file));
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      if (hasCode(error, 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY')) throw keyConflict(key, error);
      throw error;
    }
    await syncFolder(dirname(file));
  }

  async get(key: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#file(key));
    } catch (error) {
      if (isAbsence(error)) throw objectMissing(key);
      throw error;
    }
  }

  async *read(key: string): AsyncGenerator<Uint8Array, void> {
    const stream = createReadStream(this.#file(key), { highWaterMark: readBytes });
    try {
      for await (const chunk of stream) yield chunk;
    } catch (error) {
      if (isAbsence(error)) throw objectMissing(key);
      throw error;
    }
  }

  async has(key: string): Promise<boolean> {
    return await stat(this.#file(key)).then((found) => found.isFile(), whenMissing(false));
  }

  async delete(key: string): Promise<void> {
    const file = this.#file(key);
    if (!(await this.has(key))) return;
    await rm(file, { force: true });
    await syncFolder(dirname(file));
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') checkObjectKey(folder.slice(0, -1));
    yield* this.#walk(folder, prefix);
  }

  async *#walk(folder: string, prefix: string): AsyncIterable<string> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch(whenMissing([]));
    const keys = entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((key) => key.startsWith(prefix) || prefix.startsWith(key))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const key of keys) {
      if (key.endsWith('/')) yield* this.#walk(key, prefix);
      else if (key.startsWith(prefix)) yield key;
    }
  }

  #file(key: string): string {
    checkObjectKey(key);
    return join(this.#root, ...key.split('/'));
  }

  /** A new folder outlives a power cut only if the folder above it was flushed. */
  async #makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made))
      await syncFolder(dirname(made));
  }
}

async function writeDurably(file: string, content: Content): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await writeFile(handle, content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle on a folder that could be flushed; NTFS journals the rename itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

const isAbsence = (error: unknown) => hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR');

function whenMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (isAbsence(error)) return value;
    throw error;
  };
}
