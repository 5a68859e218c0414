import { join } from 'node:path';
import { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import { datasetArtifact, fetchDataset, manifestPath } from '@visavox/pipelines/dataset-folder';
import { z } from 'zod';

const scheme = 'visavox://';

/** A dataset version as the value of a parameter, by which the launcher knows what it is to fetch. */
export function datasetUri(digest: Digest): string {
  return `${scheme}${digest.replace(':', '/')}`;
}

/** The version that a parameter names; undefined where its value is something else. */
function datasetNamedBy(value: unknown): Digest | undefined {
  if (typeof value !== 'string' || !value.startsWith(scheme)) return undefined;
  return Digest.safeParse(value.slice(scheme.length).replace('/', ':')).data;
}

const Told = z.looseObject({
  inputs: z
    .looseObject({
      parameterValues: z.record(z.string(), z.unknown()).optional(),
      artifacts: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

/**
 * Fetches the dataset versions that a task is told of (`{{$}}`) into folders, and returns the words of its command with
 * these in their place: what it is told, where they are artifacts again, and the placeholders of artifacts, which Kubeflow
 * leaves since it knows none of these names. `given`: the versions that the step may read.
 */
export async function withDatasets(
  words: readonly string[],
  told: string,
  {
    objects,
    folder,
    given,
  }: { readonly objects: ObjectStore; readonly folder: string; readonly given: readonly Digest[] },
): Promise<readonly string[]> {
  const input = Told.parse(JSON.parse(told));
  const { parameterValues = {}, artifacts = {} } = input.inputs ?? {};
  const places = new Map<string, string>();
  for (const [name, value] of Object.entries(parameterValues)) {
    const digest = datasetNamedBy(value);
    // A text that looks like one is none.
    if (digest === undefined || !given.includes(digest)) continue;
    const uri = join(folder, name);
    await fetchDataset(objects, digest, uri);
    const { type, metadata: about } = await datasetArtifact(objects, digest, name);
    const metadata = { ...about, manifest: manifestPath(uri) };
    delete parameterValues[name];
    artifacts[name] = {
      artifacts: [{ name, type: { schemaTitle: type, schemaVersion: '0.0.1' }, uri, metadata }],
    };
    const placeholder = `{{$.inputs.artifacts['${name}']`;
    places.set(`${placeholder}.path}}`, uri);
    places.set(`${placeholder}.uri}}`, uri);
    places.set(`${placeholder}.metadata['manifest']}}`, metadata.manifest);
  }
  if (places.size === 0) return words;
  const text = JSON.stringify({ ...input, inputs: { ...input.inputs, parameterValues, artifacts } });
  return words.map((word) => {
    if (word === told) return text;
    return [...places].reduce((filled, [from, to]) => filled.replaceAll(from, to), word);
  });
}
