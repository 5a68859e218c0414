import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import {
  blobPresence,
  type Content,
  getBlob,
  hasBlob,
  type ObjectStore,
  putBlob,
  putBlobAs,
  readBlob,
} from '@visavox/core/object-store';
import type { ArtifactRecord } from '@visavox/core/run';
import { z } from 'zod';
import { datasetMediaType, fetchDataset, readDataset } from './dataset-folder.ts';
import { digestOfFile, fileChanged, writeWholeFile } from './files.ts';
import { walkFolder } from './folder-walk.ts';
import type { ArtifactTypeSchema } from './ir.ts';

export const folderMediaType = 'application/vnd.visavox.folder+json';

/** A folder as an artifact: the blob of this manifest in canonical JSON. Paths are relative, with `/`, sorted. */
export const FolderManifest = z.object({
  mediaType: z.literal(folderMediaType),
  files: z.array(
    z.object({
      path: z
        .string()
        .refine((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')),
      digest: Digest,
      bytes: z.number().int().nonnegative(),
    }),
  ),
});
export type FolderManifest = z.infer<typeof FolderManifest>;

export interface StoredArtifact {
  readonly digest: Digest;
  readonly bytes: number;
  readonly isFolder: boolean;
}

/**
 * Stores a file or a folder by digest, of any size: nothing is held in memory. What links lead to is stored as files;
 * `visible` answers where a path of a folder leads, and throws for what is not to be read.
 */
export async function storeArtifact(
  objects: ObjectStore,
  path: string,
  visible: (path: string) => Promise<string> = async (inside) => inside,
): Promise<StoredArtifact> {
  const found = await stat(path);
  if (found.isFile()) return { ...(await storeFile(objects, path)), isFolder: false };
  if (!found.isDirectory()) throw notAFile(path);
  const files: FolderManifest['files'] = [];
  const special = (key: string) => {
    throw notAFile(join(path, key));
  };
  for await (const file of walkFolder(path, { outside: 'files', special }))
    files.push({ path: file.key, ...(await storeFile(objects, await visible(file.path))) });
  return storeManifest(objects, files);
}

async function storeFile(
  objects: ObjectStore,
  path: string,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const found = await digestOfFile(path);
  if (await hasBlob(objects, found.digest)) return found;
  try {
    await putBlobAs(objects, found.digest, createReadStream(path));
  } catch (error) {
    // Whatever the task left behind it still writes.
    throw error instanceof UserError && error.code === 'digest_mismatch' ? fileChanged(path) : error;
  }
  return found;
}

/** A file of an artifact that is a folder; the path is relative, with `/`. */
export interface ArtifactFile {
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Stores files as one folder, in whatever order they come; one with the path '' as that file, none as an empty one. */
export async function storeFiles(
  objects: ObjectStore,
  given: AsyncIterable<ArtifactFile> | Iterable<ArtifactFile>,
): Promise<StoredArtifact> {
  const files: FolderManifest['files'] = [];
  for await (const { path, content } of given) {
    const stored = await storeContent(objects, content);
    if (path === '') return { ...stored, isFolder: false };
    files.push({ path, ...stored });
  }
  if (files.length === 0) return { ...(await storeContent(objects, new Uint8Array())), isFolder: false };
  return storeManifest(objects, files);
}

/** A stream's digest, under which it is kept, is known at its end: until then it is a temporary file. */
async function storeContent(
  objects: ObjectStore,
  content: Content,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  if (content instanceof Uint8Array)
    return { digest: await putBlob(objects, content), bytes: content.byteLength };
  const folder = await mkdtemp(join(tmpdir(), 'visavox-artifact-'));
  try {
    await writeWholeFile(join(folder, 'file'), content, 0o600);
    return await storeFile(objects, join(folder, 'file'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeManifest(objects: ObjectStore, files: FolderManifest['files']): Promise<StoredArtifact> {
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: FolderManifest = { mediaType: folderMediaType, files };
  const digest = await putBlob(objects, new TextEncoder().encode(canonicalJson(manifest)));
  return { digest, bytes: files.reduce((sum, file) => sum + file.bytes, 0), isFolder: true };
}

type Stored = Pick<ArtifactRecord, 'name' | 'digest' | 'metadata'>;

/** Writes an artifact to `path`, as the file, folder or dataset that it is, in constant memory. */
export async function fetchArtifact(objects: ObjectStore, artifact: Stored, path: string): Promise<void> {
  if (isDataset(artifact)) return fetchDataset(objects, artifact.digest, path);
  if (!isFolder(artifact)) return fetchFile(objects, artifact, artifact.name, path);
  await mkdir(path, { recursive: true });
  for (const file of (await readFolder(objects, artifact.digest)).files)
    await fetchFile(objects, file, `${artifact.name}/${file.path}`, join(path, file.path));
}

function fetchFile(
  objects: ObjectStore,
  { digest }: { readonly digest: Digest },
  name: string,
  path: string,
): Promise<void> {
  return writeWholeFile(path, readBlob(objects, digest, name), 0o600);
}

/** Whether all bytes of an artifact are still there, and none known to be damaged. */
export async function artifactExists(objects: ObjectStore, artifact: Stored): Promise<boolean> {
  const isThere = await blobPresence(objects);
  if (!(await isThere(artifact.digest))) return false;
  const files = isDataset(artifact)
    ? (await readDataset(objects, artifact.digest)).items
    : isFolder(artifact)
      ? (await readFolder(objects, artifact.digest)).files
      : [];
  for (const { digest } of files) if (!(await isThere(digest))) return false;
  return true;
}

export async function readFolder(objects: ObjectStore, digest: Digest): Promise<FolderManifest> {
  return FolderManifest.parse(JSON.parse(new TextDecoder().decode(await getBlob(objects, digest))));
}

export function isFolder(artifact: Pick<ArtifactRecord, 'metadata'>): boolean {
  return artifact.metadata.mediaType === folderMediaType;
}

export function isDataset(artifact: Pick<ArtifactRecord, 'metadata'>): boolean {
  return artifact.metadata.mediaType === datasetMediaType;
}

export function schemaTitle(type: z.infer<typeof ArtifactTypeSchema>): string {
  return type.schemaTitle ?? 'system.Artifact';
}

function notAFile(path: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'artifact_no_file',
    message: `${path} is neither a file nor a folder of files.`,
    action: 'Let the task write plain files, or links to them; sockets, pipes and devices cannot be kept.',
  });
}
