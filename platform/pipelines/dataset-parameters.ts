import { findDataset } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { DatasetStore } from '@visavox/core/ports';
import type { Parameter } from '@visavox/core/run';
import type { IrComponent, IrExecutor, IrTask, PipelineSpec } from './ir.ts';

/**
 * The type of a dataset version in a pipeline's specification. What imports one is an importer of this type, whose
 * address is a parameter of the pipeline: kfp's SDK can write it too.
 */
export const datasetVersionSchema = 'visavox.DatasetVersion';

/** What an importer calls what it brings in; kfp does. */
export const importedArtifact = 'artifact';

const address = 'uri';
const artifactType = { schemaTitle: datasetVersionSchema, schemaVersion: '0.0.1' };

/** The task `key`, which imports the dataset version that the pipeline's `parameter` names. */
export function datasetImport(
  key: string,
  parameter: string,
): { readonly task: IrTask; readonly component: IrComponent; readonly executor: IrExecutor } {
  return {
    task: {
      taskInfo: { name: key },
      componentRef: { name: `comp-${key}` },
      cachingOptions: {},
      inputs: { parameters: { [address]: { componentInputParameter: parameter } } },
    },
    component: {
      executorLabel: `exec-${key}`,
      inputDefinitions: { parameters: { [address]: { parameterType: 'STRING' } } },
      outputDefinitions: { artifacts: { [importedArtifact]: { artifactType } } },
    },
    executor: { importer: { artifactUri: { runtimeParameter: address }, typeSchema: artifactType } },
  };
}

interface DatasetReferences {
  /** Parameters of the pipeline that name a dataset version. */
  readonly parameters: readonly string[];
  /** What the pipeline itself names. */
  readonly constants: readonly string[];
}

/** What a pipeline imports as dataset versions. Pure. */
export function datasetReferences(spec: PipelineSpec): DatasetReferences {
  const parameters = new Set<string>();
  const constants = new Set<string>();
  const visit = (component: IrComponent, outer: ReadonlyMap<string, string>): void => {
    for (const task of Object.values(component.dag?.tasks ?? {})) {
      const inner = spec.components[task.componentRef.name] ?? {};
      const given = task.inputs?.parameters ?? {};
      const importer = spec.deploymentSpec.executors[inner.executorLabel ?? '']?.importer;
      if (importer?.typeSchema.schemaTitle === datasetVersionSchema) {
        const { constant, runtimeParameter = '' } = importer.artifactUri;
        const source = given[runtimeParameter];
        const named = constant ?? source?.runtimeValue?.constant;
        const parameter = outer.get(source?.componentInputParameter ?? '');
        if (typeof named === 'string') constants.add(named);
        else if (parameter !== undefined) parameters.add(parameter);
      }
      const names = Object.entries(given).flatMap(([name, { componentInputParameter }]) => {
        const parameter = outer.get(componentInputParameter ?? '');
        return parameter === undefined ? [] : [[name, parameter] as const];
      });
      visit(inner, new Map(names));
    }
  };
  const declared = Object.keys(spec.root.inputDefinitions?.parameters ?? {});
  visit(spec.root, new Map(declared.map((name) => [name, name])));
  return { parameters: [...parameters], constants: [...constants] };
}

/**
 * The parameters of a run with digests where they name dataset versions, and which versions those are: what is imported, and
 * what any other parameter names by its digest. Throws a UserError `unknown_dataset` that says which there are.
 */
export async function pinDatasets(
  spec: PipelineSpec,
  given: Readonly<Record<string, Parameter>>,
  store: Pick<DatasetStore, 'list'>,
): Promise<{
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly datasets: readonly Digest[];
}> {
  const { parameters: names, constants } = datasetReferences(spec);
  const digests = new Set(Object.values(given).filter((value) => Digest.safeParse(value).success));
  if (names.length === 0 && constants.length === 0 && digests.size === 0)
    return { parameters: given, datasets: [] };
  const versions = await store.list();
  const find = (reference: Parameter, where: string): Digest => {
    try {
      return findDataset(String(reference), versions).digest;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { code, message, action } = error;
      throw new UserError({ kind: 'invalid', code, message: `${where}: ${message}`, action, cause: error });
    }
  };
  const parameters: Record<string, Parameter> = { ...given };
  const datasets = new Set<Digest>();
  for (const name of names) {
    const reference = given[name] ?? spec.root.inputDefinitions?.parameters?.[name]?.defaultValue;
    // That it is missing is said with whatever else is wrong with the parameters.
    if (reference === undefined || reference === null) continue;
    const digest = find(reference as Parameter, `the parameter ${name}`);
    parameters[name] = digest;
    datasets.add(digest);
  }
  for (const reference of constants) {
    if (!Digest.safeParse(reference).success) throw notADigest(reference);
    datasets.add(find(reference, 'the pipeline'));
  }
  const known = versions.flatMap(({ digest, splits = [] }) => [
    digest,
    ...splits.flatMap(({ parts }) => parts.map(({ dataset }) => dataset)),
  ]);
  for (const digest of known) if (digests.has(digest)) datasets.add(digest);
  return { parameters, datasets: [...datasets] };
}

/** Holds a request against its pipeline: what it imports as dataset versions has to be pinned. */
export function requirePinnedDatasets(
  spec: PipelineSpec,
  parameters: Readonly<Record<string, Parameter>>,
  pinned: readonly Digest[],
): void {
  const { parameters: names, constants } = datasetReferences(spec);
  const references = [...names.flatMap((name) => parameters[name] ?? []), ...constants];
  const loose = references.find((reference) => !pinned.some((digest) => digest === reference));
  if (loose === undefined) return;
  throw new UserError({
    kind: 'invalid',
    code: 'dataset_unpinned',
    message: `The run cannot start: the dataset version ${String(loose)} is not among those that it is pinned to.`,
    action: 'Submit it to a server, which pins dataset versions by their names or digests.',
  });
}

function notADigest(reference: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'dataset_unpinned',
    message: `the pipeline itself names the dataset "${reference}", which may be another version tomorrow`,
    action: 'Make it a parameter of the pipeline, or write the digest of a version: sha256:….',
  });
}
