import { canonicalJson, type Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { type BundleManifest, bundleDigest, type ModelVersion } from '@visavox/core/model';
import { type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { ModelRegistry } from '@visavox/core/ports';
import { type ArtifactRecord, modelType, type RunRecord, type TaskRecord } from '@visavox/core/run';
import { metricsOf } from '@visavox/core/run-metrics';
import { isDataset, isFolder, readFolder } from './artifacts.ts';

/** What a run made that can be registered as a model version. */
export interface ModelOutput {
  readonly task: TaskRecord;
  readonly artifact: ArtifactRecord;
}

/**
 * The model that a run made: `output` names it as `TASK/OUTPUT`; without it, the run's only output of the type `model`.
 * Throws a UserError that says which there are.
 */
export function modelOutput(run: RunRecord, output?: string): ModelOutput {
  const all = run.tasks.flatMap((task) =>
    Object.entries(task.outputs.artifacts).flatMap(([name, [artifact]]) =>
      artifact ? [{ task, artifact, name: `${task.name}/${name}` }] : [],
    ),
  );
  const models = all.filter(({ artifact }) => artifact.type === modelType);
  const wanted = output === undefined ? models : all.filter(({ name }) => name === output);
  const [found, another] = wanted;
  if (found && !another) return found;
  const there = (output === undefined && another ? models : all).map(({ name }) => name).join(', ');
  throw outputUnknown(run, output, there);
}

/** Registers what a run made as a version of the model `name`, with all numbers of the run. The same files are one version. */
export async function registerOutput(
  {
    objects,
    registry,
  }: { readonly objects: ObjectStore; readonly registry: Pick<ModelRegistry, 'register'> },
  run: RunRecord,
  { name, output }: { readonly name: string; readonly output?: string | undefined },
): Promise<ModelVersion> {
  const made = modelOutput(run, output);
  return registry.register({
    name,
    bundle: await bundleOfOutput(objects, made, name),
    run: run.id,
    metrics: metricsOf(run),
    trackingRun: made.task.trackingRun ?? run.trackingRun,
  });
}

/**
 * Makes a bundle of an output that is in the object store already: a folder's files as they are, a single file as
 * `NAME.onnx`. May be repeated.
 */
async function bundleOfOutput(
  objects: ObjectStore,
  { artifact }: ModelOutput,
  name: string,
): Promise<Digest> {
  if (isDataset(artifact)) throw noModel(artifact, 'a dataset');
  const files = isFolder(artifact)
    ? (await readFolder(objects, artifact.digest)).files
    : [{ path: `${name}.onnx`, digest: artifact.digest, bytes: artifact.bytes }];
  if (files.length === 0) throw noModel(artifact, 'an empty folder');
  const manifest: BundleManifest = {
    ...{ format: 1, name, parent: null, properties: {} },
    files: files.map(({ path, digest, bytes }) => ({ path, digest, bytes })),
  };
  await putBlob(objects, Buffer.from(canonicalJson(manifest)));
  return bundleDigest(manifest);
}

function outputUnknown(run: RunRecord, output: string | undefined, there: string): UserError {
  const what =
    output === undefined
      ? 'has not one output of the type model'
      : `has no output ${output} with an artifact`;
  return new UserError({
    kind: 'not-found',
    code: 'unknown_output',
    message: `run ${run.id} ${what}`,
    action: there === '' ? 'Choose a run that made one.' : `Name one, as TASK/OUTPUT: ${there}.`,
  });
}

function noModel({ name }: ArtifactRecord, what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'no_model',
    message: `the output ${name} is ${what}, and no model`,
    action: 'Name an output that is a file or a folder with the files of a model.',
  });
}
