import type { ObjectStore } from '@visavox/core/object-store';
import type { ArtifactRecord, Bindings } from '@visavox/core/run';
import { folderMediaType, schemaTitle, storeFiles } from '@visavox/pipelines/artifacts';
import type { IrComponent } from '@visavox/pipelines/ir';
import { coerce } from '@visavox/pipelines/parameters';
import type { ArtifactSource } from './artifact-source.ts';
import type { MetadataExecution, MlMetadata } from './ml-metadata.ts';

/** Where Kubeflow's launcher puts what a task wrote to its standard output, when the task has succeeded. */
export const logArtifact = 'executor-logs';

export interface Collection {
  readonly objects: ObjectStore;
  readonly metadata: Pick<MlMetadata, 'outputArtifacts'>;
  readonly artifacts: Pick<ArtifactSource, 'read'>;
}

/** What a finished task gave; the bytes of its artifacts are copied into our own object store, by digest. */
export async function collectOutputs(
  execution: MetadataExecution,
  component: IrComponent,
  { objects, metadata, artifacts }: Collection,
): Promise<Bindings> {
  const parameters: Bindings['parameters'] = {};
  for (const [name, { parameterType }] of Object.entries(component.outputDefinitions?.parameters ?? {})) {
    const value = coerce(parameterType, execution.outputs[name]);
    if (value !== undefined) parameters[name] = value;
  }
  const declared = component.outputDefinitions?.artifacts ?? {};
  const found: Bindings['artifacts'] = {};
  for (const { name, uri, metadata: about } of await metadata.outputArtifacts(execution.id)) {
    const port = declared[name];
    if (!port) continue;
    const stored = await storeFiles(objects, artifacts.read(uri));
    const record: ArtifactRecord = {
      name,
      digest: stored.digest,
      bytes: stored.bytes,
      type: schemaTitle(port.artifactType),
      metadata: { ...about, ...(stored.isFolder && { mediaType: folderMediaType }) },
    };
    found[name] = [...(found[name] ?? []), record];
  }
  return { parameters, artifacts: found };
}
