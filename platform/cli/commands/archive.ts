import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import { messageOf, UserError } from '@visavox/core/errors';
import { progressOf } from '../progress.ts';

const kinds = ['.zip', '.tar', '.tar.gz', '.tgz'] as const;

interface Entry {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
  readonly folder: boolean;
}

interface Archive {
  /** What it says to have in it; throws a UserError where that cannot be a folder of files. */
  entries(): Promise<readonly Entry[]>;
  /** Writes the files below a folder; the names have been checked. */
  unpack(into: string, done: (files: number) => void): Promise<void>;
}

/** Whether it is a file that ends as archives do. Folders may be called anything. */
export async function isArchive(path: string): Promise<boolean> {
  const named = kinds.some((ending) => path.toLowerCase().endsWith(ending));
  return (
    named &&
    (await stat(path).then(
      (found) => found.isFile(),
      () => false,
    ))
  );
}

/**
 * The files of an archive as a folder to be imported, which is there while `work` runs. Nothing is unpacked before all its names
 * were looked at: what would lie outside of the folder, links, devices and names that are there twice are refused.
 */
export async function withArchive<T>(file: string, work: (folder: string) => Promise<T>): Promise<T> {
  const archive = file.toLowerCase().endsWith('.zip') ? zip(file) : tar(file);
  const entries = await reading(file, archive.entries());
  requireUsable(file, entries);
  const folder = await mkdtemp(join(tmpdir(), 'visavox-archive-'));
  try {
    await requireRoom(folder, entries);
    const files = entries.filter((entry) => !entry.folder).length;
    await reading(file, archive.unpack(folder, progressOf('unpacked', files)));
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function requireUsable(file: string, entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const { name, folder } of entries) {
    const parts = name.replace(/\/+$/, '').split('/');
    const isOutside =
      name.startsWith('/') || /^[a-z]:/i.test(name) || name.includes('\\') || name.includes('\0');
    if (isOutside || parts.some((part) => part === '..' || part === ''))
      throw unusable(file, `"${name}" would lie outside of the folder that it is unpacked to`);
    const path = parts.filter((part) => part !== '.').join('/');
    if (folder) continue;
    if (seen.has(path)) throw unusable(file, `"${name}" is in it twice`);
    seen.add(path);
  }
  if (seen.size === 0) throw unusable(file, 'there are no files in it');
}

async function requireRoom(folder: string, entries: readonly Entry[]): Promise<void> {
  const needed = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const { bavail, bsize } = await statfs(folder);
  if (needed <= bavail * bsize) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new UserError({
    kind: 'invalid',
    code: 'archive_too_large',
    message: `unpacked it has ${gigabytes(needed)}, and ${gigabytes(bavail * bsize)} are free in ${dirname(folder)}`,
    action: 'Set TMPDIR to a folder with more room, or unpack it yourself and import the folder.',
  });
}

async function reading<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unusable(file, `it cannot be read to its end: ${messageOf(error)}`, error);
  }
}

function unusable(file: string, message: string, cause?: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'archive_unusable',
    message: `${file}: ${message}`,
    action: 'Pack it again, or import the folder that it was made of; nothing was imported.',
    cause,
  });
}

function tar(file: string): Archive {
  return {
    async entries() {
      const { list } = await import('tar');
      const found: Entry[] = [];
      let fault: UserError | undefined;
      const names = list({
        strict: true,
        onReadEntry({ path, type, size }) {
          const folder = type === 'Directory';
          if (!folder && type !== 'File' && type !== 'OldFile' && type !== 'ContiguousFile')
            fault ??= unusable(file, `"${path}" is no file, but a ${type}`);
          found.push({ name: path, bytes: size, folder });
        },
      });
      const ended = once(names, 'end');
      ended.catch(() => {}); // waited for below
      await requireWholeTar(file, (chunk) => void names.write(chunk));
      names.end();
      await ended;
      if (fault) throw fault;
      return found;
    },
    async unpack(into, done) {
      const { extract } = await import('tar');
      let files = 0;
      await extract({
        ...{ file, cwd: into, strict: true, noChmod: true, preserveOwner: false },
        onReadEntry: ({ type }) => {
          if (type !== 'Directory') done(++files);
        },
      });
    },
  };
}

/**
 * Reads a tar, unpacked, from beginning to end. One that was cut off between two files looks whole, but for the two blocks of zeros
 * at its end.
 */
async function requireWholeTar(file: string, take: (chunk: Buffer) => void): Promise<void> {
  let [last, bytes] = [Buffer.alloc(0), 0];
  const read = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      last = Buffer.concat([last, chunk]).subarray(-1024);
      take(chunk);
    }
  };
  if (file.toLowerCase().endsWith('.tar')) await pipeline(createReadStream(file), read);
  else await pipeline(createReadStream(file), createGunzip(), read);
  if (bytes < 1024 || last.some((byte) => byte !== 0)) throw unusable(file, 'its end is missing');
}

function zip(file: string): Archive {
  const open = async () => {
    const { openPromise } = await import('yauzl');
    return openPromise(file, { strictFileNames: true, lazyEntries: true, autoClose: false });
  };
  return {
    async entries() {
      const opened = await open();
      try {
        const found: Entry[] = [];
        for await (const entry of opened.eachEntry()) {
          const { fileName: name, uncompressedSize: bytes } = entry;
          const mode = (entry.externalFileAttributes >>> 16) & 0o170000;
          if (entry.isEncrypted()) throw unusable(file, `"${name}" is encrypted`);
          if (mode !== 0 && mode !== 0o100000 && mode !== 0o040000)
            throw unusable(file, `"${name}" is no file, but a link or a device`);
          found.push({ name, bytes, folder: name.endsWith('/') });
        }
        return found;
      } finally {
        opened.close();
      }
    },
    async unpack(into, done) {
      const opened = await open();
      try {
        let files = 0;
        for await (const entry of opened.eachEntry()) {
          if (entry.fileName.endsWith('/')) continue;
          const path = join(into, entry.fileName);
          await mkdir(dirname(path), { recursive: true });
          let sum = 0;
          await pipeline(
            await opened.openReadStreamPromise(entry),
            async function* (chunks: AsyncIterable<Buffer>) {
              for await (const chunk of chunks) {
                sum = crc32(chunk, sum);
                yield chunk;
              }
            },
            createWriteStream(path, { flags: 'wx' }),
          );
          const { size } = await lstat(path);
          if (sum !== entry.crc32 || size !== entry.uncompressedSize)
            throw unusable(file, `"${entry.fileName}" is damaged`);
          done(++files);
        }
      } finally {
        opened.close();
      }
    },
  };
}
