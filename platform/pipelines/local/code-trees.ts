import { copyFileSync, linkSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CodeFile, CodeManifest } from '@visavox/core/code';
import { type Digest, hexOf } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { getBlob, type ObjectStore } from '@visavox/core/object-store';
import type { CodeFolders } from '../code/code-keys.ts';
import { requireCode } from '../code/stored-code.ts';
import { bootId } from './attempt.ts';
import { linkModules } from './node-modules.ts';

const atOnce = 16;
const remembered = 20;
/** So many links between two chances for whoever else waits. */
const slice = 200;
/** Files of a snapshot have one time, so that what was written to since is seen. */
const fileTime = new Date('2000-01-01T00:00:00Z');

export interface CodeTreesOptions {
  /** Where the files are kept that trees are linked from: on the disk that the trees are made on. */
  readonly folder: string;
  readonly objects: ObjectStore;
  /** The project on this machine whose installed packages serve snapshots of it. */
  readonly project?: string | undefined;
  /** Files of more bytes than this are not kept from one start to the next, but fetched again; 2 GB unless given. */
  readonly keepBytes?: number;
}

/**
 * Folders with the code of runs. Each file is fetched once and kept read-only; a tree is made of hard links to such
 * files, so that a task may write beside them and no other task sees it.
 */
export class CodeTrees implements CodeFolders {
  readonly #files: string;
  readonly #objects: ObjectStore;
  readonly #project: string | undefined;
  readonly #manifests = new Map<Digest, Promise<CodeManifest>>();
  readonly #fetching = new Map<string, Promise<void>>();
  #count = 0;

  private constructor(files: string, { objects, project }: CodeTreesOptions) {
    this.#files = files;
    this.#objects = objects;
    this.#project = project;
  }

  /** What was kept before the machine started may have been cut off when it stopped: it is fetched again. */
  static async open(options: CodeTreesOptions): Promise<CodeTrees> {
    const own = `files-${(await bootId()) ?? process.pid}`;
    const files = join(options.folder, own);
    await mkdir(files, { recursive: true, mode: 0o700 });
    for (const other of await readdir(options.folder))
      if (other !== own) await rm(join(options.folder, other), { recursive: true, force: true });
    await tidy(files, options.keepBytes ?? 2e9);
    return new CodeTrees(files, options);
  }

  /** Throws a UserError `code_missing` where the snapshot is not stored. */
  manifest(code: Digest): Promise<CodeManifest> {
    const known = this.#manifests.get(code) ?? requireCode(this.#objects, code);
    this.#manifests.delete(code);
    this.#manifests.set(code, known);
    known.catch(() => this.#manifests.delete(code));
    const [oldest] = this.#manifests.keys();
    if (oldest !== undefined && this.#manifests.size > remembered) this.#manifests.delete(oldest);
    return known;
  }

  /** Writes a snapshot into `tree`, a folder that is made. */
  async write(code: Digest, tree: string): Promise<void> {
    const manifest = await this.manifest(code);
    mkdirSync(tree, { mode: 0o700 });
    await this.#fetch(manifest.files);
    for (const folder of foldersOf(manifest)) mkdirSync(join(tree, folder), { mode: 0o700 });
    for (const [index, file] of manifest.files.entries()) {
      if (index % slice === slice - 1) await setImmediate();
      link(this.#kept(file), join(tree, file.path));
    }
    for (const { path, target } of manifest.links) symlinkSync(target, join(tree, path));
    if (this.#project !== undefined) linkModules(this.#project, tree);
  }

  /** A tree for as long as `use` takes. */
  async with<Result>(code: Digest, use: (folder: string) => Promise<Result>): Promise<Result> {
    const tree = join(dirname(this.#files), `tree-${process.pid}-${++this.#count}`);
    try {
      await this.write(code, tree);
      return await use(tree);
    } finally {
      await rm(tree, { recursive: true, force: true });
    }
  }

  async #fetch(files: readonly CodeFile[]): Promise<void> {
    const left: CodeFile[] = [];
    for (const [index, file] of files.entries()) {
      if (index % slice === slice - 1) await setImmediate();
      if (!this.#isKept(file)) left.push(file);
    }
    await Promise.all(
      Array.from({ length: Math.min(atOnce, left.length) }, async () => {
        for (let file = left.pop(); file; file = left.pop()) await this.#fetchOnce(file);
      }),
    );
  }

  /** A superuser's task can write to a read-only file: such a one is fetched again. */
  #isKept(file: CodeFile): boolean {
    const stats = lstatSync(this.#kept(file), { throwIfNoEntry: false });
    return stats !== undefined && stats.size === file.bytes && stats.mtimeMs === fileTime.getTime();
  }

  #kept({ digest, executable }: CodeFile): string {
    return join(this.#files, `${hexOf(digest)}${executable ? '.x' : ''}`);
  }

  #fetchOnce(file: CodeFile): Promise<void> {
    const kept = this.#kept(file);
    const known = this.#fetching.get(kept);
    if (known) return known;
    const fetching = this.#store(file, kept).finally(() => this.#fetching.delete(kept));
    this.#fetching.set(kept, fetching);
    return fetching;
  }

  async #store({ path, digest, executable }: CodeFile, kept: string): Promise<void> {
    const unfinished = `${kept}.${++this.#count}.new`;
    const bytes = await getBlob(this.#objects, digest).catch((cause: unknown) => {
      throw new UserError({
        kind: 'gone',
        code: 'code_missing',
        message: `${path} of the code cannot be read: ${messageOf(cause)}`,
        action: 'Run the pipeline anew from its folder, which sends what is missing.',
        cause,
      });
    });
    await writeFile(unfinished, bytes);
    await chmod(unfinished, executable ? 0o555 : 0o444);
    await utimes(unfinished, fileTime, fileTime);
    await rename(unfinished, kept);
  }
}

/** Removes what was half written, and all that no tree holds where it has become too much. */
async function tidy(files: string, keepBytes: number): Promise<void> {
  const kept = (await readdir(files)).map((name) => {
    const path = join(files, name);
    return { path, stats: lstatSync(path) };
  });
  const bytes = kept.reduce((sum, { stats }) => sum + stats.size, 0);
  for (const { path, stats } of kept)
    if (path.endsWith('.new') || (bytes > keepBytes && stats.nlink === 1)) await rm(path, { force: true });
}

/** The folders of a tree, outer ones first. */
function foldersOf({ files, links }: CodeManifest): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of [...files, ...links])
    for (let folder = dirname(path); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  return [...folders].sort();
}

/** Some file systems have no hard links, or only so many to one file. */
function link(kept: string, path: string): void {
  try {
    linkSync(kept, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (!['EMLINK', 'EPERM', 'EXDEV', 'ENOTSUP', 'ENOSYS'].includes(String(code))) throw error;
    copyFileSync(kept, path);
  }
}
