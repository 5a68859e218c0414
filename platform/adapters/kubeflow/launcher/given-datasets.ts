import { join } from 'node:path';
import { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import { datasetArtifact, fetchDataset, manifestPath } from '@visavox/pipelines/dataset-folder';
import { z } from 'zod';

const scheme = 'visavox://';

/** A dataset version as an address that Kubeflow passes on without reading it: no store of its own has such a scheme. */
export function datasetUri(digest: Digest): string {
  return `${scheme}${digest.replace(':', '/')}`;
}

/** The version at an address; undefined where it is another kind of address. */
export function datasetAt(uri: string): Digest | undefined {
  if (!uri.startsWith(scheme)) return undefined;
  return Digest.parse(uri.slice(scheme.length).replace('/', ':'));
}

const Artifact = z.looseObject({
  uri: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const Told = z.looseObject({
  inputs: z
    .looseObject({
      artifacts: z.record(z.string(), z.looseObject({ artifacts: z.array(Artifact).optional() })).optional(),
    })
    .optional(),
});

/**
 * Fetches the dataset versions among what a task is told (`{{$}}`) into folders, and returns the words of its command with
 * these in their place: what it is told, and the placeholders that Kubeflow leaves where it does not know a path.
 */
export async function withDatasets(
  words: readonly string[],
  told: string,
  { objects, folder }: { readonly objects: ObjectStore; readonly folder: string },
): Promise<readonly string[]> {
  const input = Told.parse(JSON.parse(told));
  const places = new Map<string, string>();
  for (const [name, { artifacts = [] }] of Object.entries(input.inputs?.artifacts ?? {}))
    for (const artifact of artifacts) {
      const { uri = '' } = artifact;
      const digest = datasetAt(uri);
      if (digest === undefined) continue;
      const path = join(folder, name);
      await fetchDataset(objects, digest, path);
      const { metadata } = await datasetArtifact(objects, digest, name);
      const manifest = manifestPath(path);
      artifact.uri = path;
      artifact.metadata = { ...artifact.metadata, ...metadata, manifest };
      const placeholder = `{{$.inputs.artifacts['${name}']`;
      places.set(`${placeholder}.path}}`, path);
      places.set(`${placeholder}.metadata['manifest']}}`, manifest);
      places.set(uri, path);
    }
  if (places.size === 0) return words;
  const text = JSON.stringify(input);
  return words.map((word) => {
    if (word === told) return text;
    return [...places].reduce((filled, [from, to]) => filled.replaceAll(from, to), word);
  });
}
