import { type BigIntStats, lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type CodeFile,
  type CodeLink,
  type CodeManifest,
  type CodeOrigin,
  codeDigest,
  codeManifest,
  leadsOut,
} from '@visavox/core/code';
import { type Digest, digestOf } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { HashCache } from './hash-cache.ts';
import type { LeftOut } from './left-out.ts';
import { projectFiles } from './project-files.ts';
import { isSecretByContent } from './secret-files.ts';
import { requireWithin, type SnapshotLimits, snapshotLimits } from './snapshot-limits.ts';

const smallFile = 100_000n;

/** A project's folder as it was when it was read. */
export interface Snapshot {
  readonly digest: Digest;
  readonly manifest: CodeManifest;
  readonly origin: CodeOrigin;
  /** What is in the folder and not in the snapshot, so that people can be told. */
  readonly leftOut: readonly LeftOut[];
  /** The bytes of a file of it. Throws a UserError `code_changed` where the file has changed since. */
  read(digest: Digest): Promise<Uint8Array>;
}

export interface SnapshotOptions {
  readonly limits?: SnapshotLimits;
  /** Where it is remembered what the files were, so that unchanged ones are not read again. */
  readonly cacheFile?: string | undefined;
}

/**
 * Reads a project's folder. Throws a UserError where it is too large (`code_too_large`), is no project's folder
 * (`code_folder_unfit`), or has a file that cannot be read (`code_unreadable`).
 */
export async function takeSnapshot(folder: string, options: SnapshotOptions = {}): Promise<Snapshot> {
  const root = await projectRoot(folder);
  const limits = options.limits ?? snapshotLimits;
  const { paths, leftOut: notTaken, origin, more } = await projectFiles(root, limits.files);
  const leftOut = [...notTaken];
  const links: CodeLink[] = [];
  const found = new Map<string, BigIntStats>();
  for (const [index, path] of paths.entries()) {
    if (index % 500 === 499) await setImmediate();
    const stats = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
    if (stats?.isFile()) found.set(path, stats);
    else if (stats?.isSymbolicLink()) {
      const link = linkOf(root, path);
      if (link) links.push(link);
      else leftOut.push({ path, why: 'it is a link out of the folder' });
    }
  }
  requireWithin(root, new Map([...found].map(([path, { size }]) => [path, Number(size)])), { limits, more });
  const cache = new HashCache(root, options.cacheFile);
  const files: CodeFile[] = [];
  let readAtOnce = 0;
  for (const [path, stats] of found) {
    const known = cache.find(path, stats);
    if (known === undefined && ++readAtOnce % 50 === 0) await setImmediate();
    const content = known ?? (await contentOf(root, path, stats, cache));
    if (content === 'secret') leftOut.push({ path, why: 'it looks like a secret' });
    else
      files.push({
        path,
        digest: content,
        bytes: Number(stats.size),
        executable: (Number(stats.mode) & 0o100) !== 0,
      });
  }
  cache.save();
  const manifest = withoutLinkedFolders(codeManifest(files, links));
  const places = new Map(manifest.files.map(({ digest, path }) => [digest, path]));
  return {
    digest: codeDigest(manifest),
    manifest,
    origin,
    leftOut: leftOut.sort((a, b) => (a.path < b.path ? -1 : 1)),
    read: (digest) => readAgain(root, places.get(digest) ?? '', digest),
  };
}

async function projectRoot(folder: string): Promise<string> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new UserError({
      kind: 'invalid',
      code: 'code_unreadable',
      message: `The folder ${folder} cannot be read: ${messageOf(cause)}.`,
      action: 'Name the folder that the steps of the pipeline run in.',
      cause,
    });
  });
  if (root !== resolve('/') && root !== homedir()) return root;
  throw new UserError({
    kind: 'invalid',
    code: 'code_folder_unfit',
    message: `${root} is no folder of a project, and a run takes along all of its folder.`,
    action: 'Put the pipeline into a folder of its own, or name the folder of its code with --code.',
  });
}

/** Undefined where it leads out of the folder, by its text or through other links. */
function linkOf(root: string, path: string): CodeLink | undefined {
  const text = readlinkSync(join(root, path));
  const at = dirname(join(root, path));
  const target = text.startsWith('/') ? relative(at, text) || '.' : text;
  const link = { path, target: target.split(sep).join('/') };
  if (leadsOut(link)) return undefined;
  try {
    const end = realpathSync(join(root, path));
    return end === root || end.startsWith(root + sep) ? link : undefined;
  } catch {
    return link; // it leads nowhere, as it does in the folder
  }
}

/** Git may track a file below what is a link by now. */
function withoutLinkedFolders(manifest: CodeManifest): CodeManifest {
  const links = new Set(manifest.links.map(({ path }) => path));
  if (links.size === 0) return manifest;
  const isBelowLink = ({ path }: { readonly path: string }) =>
    path.split('/').some((_, depth, parts) => depth > 0 && links.has(parts.slice(0, depth).join('/')));
  return codeManifest(
    manifest.files.filter((file) => !isBelowLink(file)),
    manifest.links.filter((link) => !isBelowLink(link)),
  );
}

async function contentOf(
  root: string,
  path: string,
  stats: BigIntStats,
  cache: HashCache,
): Promise<Digest | 'secret'> {
  const readAt = BigInt(Date.now()) * 1_000_000n;
  const bytes = await contentNow(join(root, path), stats).catch((cause: unknown) => {
    throw new UserError({
      kind: 'invalid',
      code: 'code_unreadable',
      message: `${path} cannot be read: ${messageOf(cause)}.`,
      action: 'Make it readable, or name it in .visavoxignore where no step needs it.',
      cause,
    });
  });
  if (bytes.byteLength !== Number(stats.size)) throw changed(path);
  const content = isSecretByContent(path, bytes) ? 'secret' : digestOf(bytes);
  cache.keep(path, stats, readAt, content);
  return content;
}

/** Through a thread, reading a source file takes several times what reading it does. */
async function contentNow(file: string, { size }: BigIntStats): Promise<Uint8Array> {
  return size <= smallFile ? readFileSync(file) : readFile(file);
}

async function readAgain(root: string, path: string, digest: Digest): Promise<Uint8Array> {
  const bytes = await readFile(join(root, path)).catch(() => undefined);
  if (bytes && digestOf(bytes) === digest) return bytes;
  throw changed(path);
}

function changed(path: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'code_changed',
    message: `${path} was changed while the folder was read.`,
    action: 'Run it again once the file is saved.',
  });
}
