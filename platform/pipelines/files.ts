import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Content } from '@visavox/core/object-store';

export interface FileDigest {
  readonly digest: Digest;
  readonly bytes: number;
}

/** Reads a file as it is now. Throws a UserError `file_changed` where somebody wrote to it meanwhile. */
export async function digestOfFile(path: string): Promise<FileDigest> {
  const handle = await open(path, 'r');
  try {
    const before = await handle.stat();
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(path, { fd: handle, autoClose: false, start: 0 })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    const after = await handle.stat();
    if (bytes !== before.size || before.size !== after.size || before.mtimeMs !== after.mtimeMs)
      throw fileChanged(path);
    return { digest: `sha256:${hash.digest('hex')}`, bytes };
  } finally {
    await handle.close();
  }
}

/** A file is there as a whole, or not at all. Folders above it are made. */
export async function writeWholeFile(path: string, content: Content | string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    const handle = await open(unfinished, 'wx', mode);
    try {
      await writeFile(handle, content);
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Where an item of a dataset lies in a folder; a key that leads out of it is refused. */
export function pathInFolder(folder: string, key: string): string {
  const root = resolve(folder);
  const path = resolve(root, key);
  if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  throw new UserError({
    kind: 'invalid',
    code: 'folder_unusable',
    message: `the key "${key}" leads out of ${folder}`,
    action: 'Do not use this dataset: look who made it.',
  });
}

export function fileChanged(path: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'file_changed',
    message: `${path} changed while it was read`,
    action: 'Wait until nobody writes to it, then try again.',
  });
}
