import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson, Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { blobKey, getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { ArtifactRecord } from '@visavox/core/run';
import { z } from 'zod';
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

/** Stores a file or a folder by digest. */
export async function storeArtifact(objects: ObjectStore, path: string): Promise<StoredArtifact> {
  const found = await stat(path);
  if (found.isFile()) {
    const bytes = await readFile(path);
    return { digest: await putBlob(objects, bytes), bytes: bytes.byteLength, isFolder: false };
  }
  if (!found.isDirectory()) throw notAFile(path);
  return storeFolder(objects, filesBelow(path));
}

async function* filesBelow(path: string): AsyncIterable<ArtifactFile> {
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile()) throw notAFile(file);
    yield { path: file.slice(path.length + 1).replaceAll('\\', '/'), bytes: await readFile(file) };
  }
}

/** A file of an artifact that is a folder; the path is relative, with `/`. */
export interface ArtifactFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Stores files as one folder, in whatever order they come. */
export async function storeFolder(
  objects: ObjectStore,
  given: AsyncIterable<ArtifactFile> | Iterable<ArtifactFile>,
): Promise<StoredArtifact> {
  const files: FolderManifest['files'] = [];
  for await (const { path, bytes } of given)
    files.push({ path, digest: await putBlob(objects, bytes), bytes: bytes.byteLength });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: FolderManifest = { mediaType: folderMediaType, files };
  const digest = await putBlob(objects, new TextEncoder().encode(canonicalJson(manifest)));
  return { digest, bytes: files.reduce((sum, file) => sum + file.bytes, 0), isFolder: true };
}

/** Writes an artifact to `path`, as the file or folder that it was. */
export async function fetchArtifact(
  objects: ObjectStore,
  artifact: { readonly digest: Digest; readonly isFolder: boolean },
  path: string,
): Promise<void> {
  if (!artifact.isFolder) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await getBlob(objects, artifact.digest), { mode: 0o600 });
    return;
  }
  await mkdir(path, { recursive: true });
  for (const file of (await readFolder(objects, artifact.digest)).files)
    await fetchArtifact(objects, { digest: file.digest, isFolder: false }, join(path, file.path));
}

/** Whether all bytes of an artifact are still there. */
export async function artifactExists(
  objects: ObjectStore,
  artifact: { readonly digest: Digest; readonly isFolder: boolean },
): Promise<boolean> {
  if (!(await objects.has(blobKey(artifact.digest)))) return false;
  if (!artifact.isFolder) return true;
  for (const file of (await readFolder(objects, artifact.digest)).files)
    if (!(await objects.has(blobKey(file.digest)))) return false;
  return true;
}

export async function readFolder(objects: ObjectStore, digest: Digest): Promise<FolderManifest> {
  return FolderManifest.parse(JSON.parse(new TextDecoder().decode(await getBlob(objects, digest))));
}

export function isFolder(artifact: ArtifactRecord): boolean {
  return artifact.metadata.mediaType === folderMediaType;
}

export function schemaTitle(type: z.infer<typeof ArtifactTypeSchema>): string {
  return type.schemaTitle ?? 'system.Artifact';
}

function notAFile(path: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'artifact_no_file',
    message: `${path} is neither a file nor a folder of files.`,
    action: 'Let the task write plain files; links, sockets and devices cannot be kept.',
  });
}
