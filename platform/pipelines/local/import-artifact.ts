import { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ArtifactRecord, Bindings } from '@visavox/core/run';
import {
  type ArtifactFile,
  folderMediaType,
  isFolder,
  type StoredArtifact,
  schemaTitle,
  storeArtifact,
  storeFiles,
} from '../artifacts.ts';
import { datasetArtifact } from '../dataset-folder.ts';
import { datasetVersionSchema } from '../dataset-parameters.ts';
import { localPath } from '../executor-input.ts';
import type { IrComponent, IrImporter, PipelineSpec } from '../ir.ts';
import { isRecord } from '../parameters.ts';
import { at } from '../place.ts';
import type { ReadyTask } from '../plan.ts';
import { withInputs } from '../plan-inputs.ts';

/** Reads what is in buckets, `s3://…`: a file with the path '', or the files below an address. */
export interface Buckets {
  read(uri: string): AsyncIterable<ArtifactFile>;
}

interface ImportResources {
  readonly objects: ObjectStore;
  readonly buckets?: Buckets | undefined;
  /** Where a path leads; throws for what no step is to read. */
  readonly visible: (path: string) => Promise<string>;
  /** The artifact that a task had at this path, which its step may have told as an artifact's address. */
  readonly known: (path: string) => Promise<ArtifactRecord | undefined>;
}

/**
 * What an importer brings in: a dataset version by its digest, an artifact of a task, a file or folder of this machine or of a
 * bucket, or a file of the web that its address pins: `https://…#sha256=…`.
 */
export async function importArtifact(
  resources: ImportResources,
  { component, inputs }: { readonly component: IrComponent; readonly inputs: Bindings },
  importer: IrImporter,
): Promise<ArtifactRecord> {
  const uri = addressOf(importer, inputs.parameters);
  const [name = 'artifact'] = Object.keys(component.outputDefinitions?.artifacts ?? {});
  if (importer.typeSchema.schemaTitle === datasetVersionSchema)
    return datasetArtifact(resources.objects, requirePinned(uri), name);
  const stored = await storeImport(resources, uri);
  const folder = 'isFolder' in stored ? stored.isFolder : isFolder(stored);
  return {
    name,
    digest: stored.digest,
    bytes: stored.bytes,
    type: schemaTitle(importer.typeSchema),
    metadata: {
      ...filledMetadata(importer.metadata ?? {}, inputs.parameters),
      uri,
      ...(folder && { mediaType: folderMediaType }),
    },
  };
}

async function storeImport(
  { objects, buckets, visible, known }: ImportResources,
  uri: string,
): Promise<StoredArtifact | ArtifactRecord> {
  if (/^s3:\/\//.test(uri) && buckets) return storeFiles(objects, someOf(buckets.read(uri), uri));
  const pinned = pinnedInAddress(uri);
  if (pinned) return storeFromWeb(objects, uri, pinned);
  if (!isOfThisMachine(uri)) throw unreadable(uri);
  const earlier = await known(localPath(uri));
  return earlier ?? storeArtifact(objects, await visible(localPath(uri)), visible);
}

async function* someOf(files: AsyncIterable<ArtifactFile>, uri: string): AsyncIterable<ArtifactFile> {
  let some = false;
  for await (const file of files) {
    some = true;
    yield file;
  }
  if (!some) throw importFailed(uri, 'there is nothing');
}

async function storeFromWeb(objects: ObjectStore, uri: string, digest: Digest): Promise<StoredArtifact> {
  const { body, ok, status } = await fetch(uri).catch((cause: unknown) => {
    throw importFailed(uri, messageOf(cause));
  });
  if (!ok || !body) throw importFailed(uri, `the server answers ${status}`);
  const stored = await storeFiles(objects, [{ path: '', content: chunksOf(body) }]);
  if (stored.digest !== digest) throw importFailed(uri, `what is there now has the digest ${stored.digest}`);
  return stored;
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

function pinnedInAddress(uri: string): Digest | undefined {
  const [, hex] = /^https?:\/\/[^#]+#sha256=([0-9a-f]{64})$/.exec(uri) ?? [];
  return hex === undefined ? undefined : Digest.parse(`sha256:${hex}`);
}

function importFailed(uri: string, what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'import_failed',
    message: `${uri} cannot be imported: ${what}.`,
    action: 'Correct the address of the importer, or wait until it can be reached.',
  });
}

/** Refuses what importers of a pipeline cannot read here, as far as it is known before the run. */
export function requireImports(
  spec: PipelineSpec,
  ready: readonly ReadyTask[],
  buckets: Buckets | undefined,
): void {
  const constants = Object.entries(spec.deploymentSpec.executors).map(
    ([label, { importer }]) => [label, importer, importer?.artifactUri.constant] as const,
  );
  const given = ready.map(({ component, executor: { importer }, inputs }) => {
    const uri = importer && addressOf(importer, inputs.parameters);
    return [component.executorLabel ?? '', importer, uri] as const;
  });
  for (const [label, importer, uri] of [...constants, ...given]) {
    if (uri === undefined || importer?.typeSchema.schemaTitle === datasetVersionSchema) continue;
    if (!isOfThisMachine(uri) && !pinnedInAddress(uri) && !(buckets && uri.startsWith('s3://')))
      throw at(['deploymentSpec', 'executors', label, 'importer'], unreadable(uri, label));
  }
}

function isOfThisMachine(uri: string): boolean {
  return /^(file:\/\/|\/)/.test(uri);
}

function unreadable(uri: string, label?: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'import_unsupported',
    message: `The importer${label === undefined ? '' : ` ${label}`} names ${uri}, which this machine cannot read.`,
    action: /^https?:/.test(uri)
      ? 'Pin it by what it holds: end the address with #sha256= and the 64 digits.'
      : 'Import a file:// address here (s3:// where the server has AWS settings), or run the pipeline on Kubeflow.',
  });
}

function addressOf({ artifactUri }: IrImporter, parameters: Bindings['parameters']): string {
  if (artifactUri.constant !== undefined) return artifactUri.constant;
  const { runtimeParameter } = artifactUri;
  const given = runtimeParameter === undefined ? Object.values(parameters)[0] : parameters[runtimeParameter];
  return typeof given === 'string' ? given : '';
}

/** The SDK writes what is known only in the run as placeholders, in keys and values however deep. */
function filledMetadata(
  metadata: Readonly<Record<string, unknown>>,
  parameters: Bindings['parameters'],
): Record<string, unknown> {
  const text = (word: string) => withInputs(word, parameters);
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (isRecord(value)) return record(value);
    if (typeof value !== 'string') return value;
    // Alone, it is the value itself: a number stays a number.
    const [, alone] = /^\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}$/.exec(value) ?? [];
    return (alone === undefined ? undefined : parameters[alone]) ?? text(value);
  };
  const record = (given: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [text(key), fill(value)]));
  return record(metadata);
}

/** Names of datasets were resolved when the run was submitted: what a name means now may be something else. */
function requirePinned(reference: string): Digest {
  const digest = Digest.safeParse(reference);
  if (digest.success) return digest.data;
  throw new UserError({
    kind: 'invalid',
    code: 'dataset_unpinned',
    message: `The importer names the dataset version "${reference}", which is no digest.`,
    action:
      'Submit the pipeline to a server: it takes names of datasets and pins the versions that they mean.',
  });
}
