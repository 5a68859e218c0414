import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ArtifactRecord, Bindings } from '@visavox/core/run';
import { folderMediaType, schemaTitle, storeArtifact } from '../artifacts.ts';
import { localPath } from '../executor-input.ts';
import type { IrImporter } from '../ir.ts';
import type { ReadyTask } from '../plan.ts';

/** What an importer gives: the file or folder that it names, stored. `visible` throws for what no step is to read. */
export async function importArtifact(
  ready: ReadyTask,
  importer: IrImporter,
  {
    objects,
    visible,
  }: { readonly objects: ObjectStore; readonly visible: (path: string) => Promise<string> },
): Promise<Bindings> {
  const uri = importer.artifactUri.constant ?? String(Object.values(ready.inputs.parameters)[0] ?? '');
  if (!/^(file:\/\/|\/)/.test(uri))
    throw new UserError({
      kind: 'invalid',
      code: 'import_unsupported',
      message: `The importer names ${uri}, which this machine cannot read.`,
      action: 'Import a file:// address here, or run the pipeline on Kubeflow.',
    });
  const stored = await storeArtifact(objects, await visible(localPath(uri)));
  const [name = 'artifact'] = Object.keys(ready.component.outputDefinitions?.artifacts ?? {});
  const artifact: ArtifactRecord = {
    name,
    digest: stored.digest,
    bytes: stored.bytes,
    type: schemaTitle(importer.typeSchema),
    metadata: { ...importer.metadata, uri, ...(stored.isFolder && { mediaType: folderMediaType }) },
  };
  return { parameters: {}, artifacts: { [name]: [artifact] } };
}
