import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';
import { datasetInputs } from '@visavox/pipelines/dataset-inputs';
import { datasetVersionSchema } from '@visavox/pipelines/dataset-parameters';
import type { IrComponent, IrDag, IrTask, PipelineSpec } from '@visavox/pipelines/ir';
import { datasetUri } from './launcher/given-datasets.ts';

type InputArtifacts = NonNullable<NonNullable<IrComponent['inputDefinitions']>['artifacts']>;

/**
 * Kubeflow's importers take addresses of the stores that it knows, and of no other. So what imports a dataset version is taken
 * out, and steps are told which version they are given by a parameter; the launcher makes the artifact of it that the
 * pipeline declares. No pod starts for an import. Throws a UserError where an importer brings in another version each time
 * that it runs, or where a version is an output of the pipeline.
 */
export function passVersionsAsParameters(
  spec: PipelineSpec,
  parameters: Readonly<Record<string, Parameter>>,
): void {
  const addresses = addressesOf(spec, parameters);
  if (addresses.size === 0) return;
  for (const component of [spec.root, ...Object.values(spec.components)]) {
    const versions = versionsAmong(component.inputDefinitions?.artifacts);
    if (component.dag) rewire(component.dag, { addresses, versions });
    declareParameters(component, versions);
  }
  for (const name of addresses.keys()) {
    delete spec.deploymentSpec.executors[spec.components[name]?.executorLabel ?? ''];
    delete spec.components[name];
  }
}

/** By the name of the component that imports it. */
function addressesOf(
  spec: PipelineSpec,
  parameters: Readonly<Record<string, Parameter>>,
): ReadonlyMap<string, string> {
  const { imported } = datasetInputs(spec, parameters);
  const found = new Map<string, string>();
  for (const [name, { executorLabel: label = '' }] of Object.entries(spec.components)) {
    const importer = spec.deploymentSpec.executors[label]?.importer;
    if (importer?.typeSchema.schemaTitle !== datasetVersionSchema) continue;
    found.set(name, datasetUri(onlyVersion(label, imported.get(label) ?? new Set())));
  }
  return found;
}

function onlyVersion(label: string, versions: ReadonlySet<Digest>): Digest {
  const [digest, ...more] = versions;
  if (digest !== undefined && more.length === 0) return digest;
  throw unsupported(
    `The importer ${label} brings in another dataset version each time that it runs, which Kubeflow is not told beforehand.`,
    'Give each version a parameter of the pipeline, or run it with --on local.',
  );
}

function versionsAmong(artifacts: InputArtifacts = {}): ReadonlySet<string> {
  const names = Object.entries(artifacts).flatMap(([name, { artifactType }]) =>
    artifactType.schemaTitle === datasetVersionSchema ? [name] : [],
  );
  return new Set(names);
}

function rewire(
  dag: IrDag,
  { addresses, versions }: { addresses: ReadonlyMap<string, string>; versions: ReadonlySet<string> },
): void {
  const importedBy = new Map<string, string>();
  for (const [key, { componentRef }] of Object.entries(dag.tasks)) {
    const address = addresses.get(componentRef.name);
    if (address !== undefined) importedBy.set(key, address);
  }
  for (const { artifactSelectors } of Object.values(dag.outputs?.artifacts ?? {}))
    for (const { producerSubtask } of artifactSelectors)
      if (importedBy.has(producerSubtask))
        throw unsupported(
          `${producerSubtask} gives a dataset version as an output of the pipeline, which Kubeflow cannot.`,
          'Hand the version to the steps that read it, or run it with --on local.',
        );
  for (const key of importedBy.keys()) delete dag.tasks[key];
  for (const task of Object.values(dag.tasks)) {
    rewireTask(task, { importedBy, versions });
    if (task.dependentTasks)
      task.dependentTasks = task.dependentTasks.filter((before) => !importedBy.has(before));
  }
}

function rewireTask(
  task: IrTask,
  { importedBy, versions }: { importedBy: ReadonlyMap<string, string>; versions: ReadonlySet<string> },
): void {
  const { inputs } = task;
  for (const [name, source] of Object.entries(inputs?.artifacts ?? {})) {
    const constant = importedBy.get(source.taskOutputArtifact?.producerTask ?? '');
    const outer = source.componentInputArtifact;
    const given =
      constant !== undefined
        ? { runtimeValue: { constant } }
        : outer !== undefined && versions.has(outer)
          ? { componentInputParameter: outer }
          : undefined;
    if (!inputs?.artifacts || given === undefined) continue;
    inputs.parameters = { ...inputs.parameters, [name]: given };
    delete inputs.artifacts[name];
    if (Object.keys(inputs.artifacts).length === 0) delete inputs.artifacts;
  }
}

function declareParameters({ inputDefinitions }: IrComponent, versions: ReadonlySet<string>): void {
  if (!inputDefinitions?.artifacts) return;
  for (const name of versions) {
    const { isOptional } = inputDefinitions.artifacts[name] ?? {};
    inputDefinitions.parameters = {
      ...inputDefinitions.parameters,
      [name]: { parameterType: 'STRING', ...(isOptional && { isOptional }) },
    };
    delete inputDefinitions.artifacts[name];
  }
  if (Object.keys(inputDefinitions.artifacts).length === 0) delete inputDefinitions.artifacts;
}

function unsupported(message: string, action: string): UserError {
  return new UserError({ kind: 'invalid', code: 'unsupported_on_kubeflow', message, action });
}
