import { writeFile } from 'node:fs/promises';
import { BundleManifest, type ModelReference } from '@visavox/core/model';
import { requireDigest } from '@visavox/core/object-store';
import { pathInFolder, writeWholeFile } from '@visavox/pipelines/files';
import type { CommandContext } from '../plugin.ts';
import { inEnvironment, pathOfVersion } from '../references.ts';

interface Wish {
  readonly reference: ModelReference;
  readonly folder: string;
  readonly signature?: string;
  readonly environment?: string;
}

/** Writes the files of a version, each checked against its digest, and the signature where it is asked for. Returns how many. */
export async function exportModel(
  { stream, request }: Pick<CommandContext, 'stream' | 'request'>,
  { reference, folder, signature, environment }: Wish,
): Promise<number> {
  const [path, query] = [pathOfVersion(reference), inEnvironment(environment)];
  const { files } = BundleManifest.parse(await request('GET', `${path}/bundle${query}`));
  for (const file of files) {
    const bytes = stream(`${path}/files/${encodeURIComponent(file.path)}${query}`);
    await writeWholeFile(pathInFolder(folder, file.path), requireDigest(file.digest, bytes));
  }
  if (signature !== undefined)
    await writeFile(signature, `${JSON.stringify(await request('GET', `${path}/signature${query}`))}\n`);
  return files.length;
}
