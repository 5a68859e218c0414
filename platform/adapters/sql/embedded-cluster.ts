import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/**
 * PGlite starts PostgreSQL with `-F`, which never flushes to the disk: a power cut would corrupt the database.
 * 16 MB of shared buffers instead of 128 save 150 MB of memory; the operating system caches the same files.
 */
const startParameters = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['shared_buffers=16MB', 'wal_sync_method=fsync'].flatMap((setting) => ['-c', setting]),
];

/** A PostgreSQL cluster in a folder, opened in this process. The caller sees to it that no other process has it open. */
export async function openCluster(folder: string): Promise<PGlite> {
  const cluster = join(folder, 'cluster');
  for (const name of await readdir(folder))
    if (name.startsWith('unfinished-')) await rm(join(folder, name), { recursive: true });
  const exists = await access(cluster).then(
    () => true,
    () => false,
  );
  if (!exists) await createCluster(folder);
  return PGlite.create({ fs: new DurableFolder(cluster), startParams: startParameters });
}

export async function openMemoryCluster(): Promise<PGlite> {
  return PGlite.create({ startParams: startParameters });
}

/** In a process of its own, since creating leaves 500 MB of memory behind that WebAssembly cannot give back. */
export async function createCluster(folder: string): Promise<void> {
  const unfinished = join(folder, `unfinished-${randomUUID()}`);
  await mkdir(unfinished);
  const program = fileURLToPath(new URL('./create-cluster.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [program, unfinished]);
  await rename(unfinished, join(folder, 'cluster'));
  flush(folder);
}

/** Passes PostgreSQL's fsync on to the disk; PGlite's own file system leaves it out. */
class DurableFolder extends NodeFS {
  override async init(...[pglite, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const patch = (module: { FS: unknown }) => {
      const { NODEFS } = (module.FS as EmscriptenFileSystem).filesystems;
      NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd === undefined) flush(NODEFS.realPath(stream.node));
        else fsyncSync(stream.nfd);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), patch] } };
  }
}

/** The part of Emscripten's untyped file system that is used here. `nfd` is Node's descriptor; folders have none. */
interface EmscriptenFileSystem {
  readonly filesystems: {
    readonly NODEFS: {
      realPath(node: unknown): string;
      readonly stream_ops: { fsync?: (stream: { nfd?: number; node: unknown }) => number };
    };
  };
}

function flush(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
