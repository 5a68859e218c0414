import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetManifest, labelsFileName, labelsText } from '@visavox/core/dataset';
import { canonicalJson, type Digest, shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { getBlob, hasBlob, type ObjectStore, readBlob } from '@visavox/core/object-store';
import type { ArtifactRecord } from '@visavox/core/run';
import { datasetVersionSchema } from './dataset-parameters.ts';
import { pathInFolder, writeWholeFile } from './files.ts';

/** What an artifact is that stands for a dataset version: its digest is that of the manifest. */
export const datasetMediaType = 'application/vnd.visavox.dataset+json';

/** Where the manifest of a dataset lies whose items are in `folder`: beside it, where no item can be in its way. */
export function manifestPath(folder: string): string {
  return `${folder}.manifest.json`;
}

export async function readDataset(objects: ObjectStore, digest: Digest): Promise<DatasetManifest> {
  const bytes = await getBlob(objects, digest, `the manifest of dataset version ${shortDigest(digest)}`);
  return DatasetManifest.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** A dataset version as what steps are given. */
export async function datasetArtifact(
  objects: ObjectStore,
  digest: Digest,
  name: string,
): Promise<ArtifactRecord> {
  const { name: dataset, items } = await readDataset(objects, digest);
  return {
    name,
    digest,
    bytes: items.reduce((sum, item) => sum + item.bytes, 0),
    type: datasetVersionSchema,
    metadata: { mediaType: datasetMediaType, dataset, items: items.length },
  };
}

/**
 * Writes the items of a dataset version below `folder`, as `visavox data export` does, and its manifest beside it, in
 * constant memory. Throws a UserError `item_missing` that names an item whose bytes are not kept any more.
 */
export async function fetchDataset(objects: ObjectStore, digest: Digest, folder: string): Promise<void> {
  const manifest = await readDataset(objects, digest);
  await mkdir(folder, { recursive: true });
  for (const item of manifest.items) {
    const name = `${item.key} of the dataset ${manifest.name}`;
    if (!(await hasBlob(objects, item.digest))) throw itemMissing(name);
    await writeWholeFile(pathInFolder(folder, item.key), readBlob(objects, item.digest, name), 0o600);
  }
  const labels = labelsText(manifest.items);
  // An item of that name came from a program, and is what it is.
  const taken = manifest.items.some(({ key }) => key === labelsFileName);
  if (labels !== undefined && !taken) await writeWholeFile(join(folder, labelsFileName), labels, 0o600);
  await writeWholeFile(manifestPath(folder), canonicalJson(manifest), 0o600);
}

function itemMissing(name: string): UserError {
  return new UserError({
    kind: 'gone',
    code: 'item_missing',
    message: `the bytes of ${name} are not kept any more, or damaged`,
    action:
      'Import the folder again if they were lost ("visavox data verify" names them all), or use a newer version.',
  });
}
