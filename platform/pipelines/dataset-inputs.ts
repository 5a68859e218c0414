import { Digest } from '@visavox/core/digest';
import type { Parameter } from '@visavox/core/run';
import { datasetVersionSchema, importedArtifact } from './dataset-parameters.ts';
import type { IrComponent, IrImporter, IrTask, PipelineSpec } from './ir.ts';

/** Where dataset versions come into a pipeline and which of its executors are given them, by executor label. */
export interface DatasetInputs {
  readonly imported: ReadonlyMap<string, ReadonlySet<Digest>>;
  readonly given: ReadonlyMap<string, ReadonlySet<Digest>>;
}

/** What is known of names inside a component: the parameters' values, and the artifacts that are dataset versions. */
interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly artifacts: ReadonlyMap<string, Digest>;
}

/**
 * Follows the dataset versions of a run through its pipeline, whose parameters are pinned. What only the run itself could
 * say, such as the item of a loop, is not followed. Pure.
 */
export function datasetInputs(
  spec: PipelineSpec,
  parameters: Readonly<Record<string, Parameter>>,
): DatasetInputs {
  const imported = new Map<string, Set<Digest>>();
  const given = new Map<string, Set<Digest>>();
  const visit = (component: IrComponent, scope: Scope): void => {
    const made = new Map<string, Digest>();
    for (const [key, task] of Object.entries(component.dag?.tasks ?? {})) {
      const { executorLabel: label = '' } = spec.components[task.componentRef.name] ?? {};
      const importer = spec.deploymentSpec.executors[label]?.importer;
      const digest = importer && importedVersion(importer, task, scope.parameters);
      if (!digest) continue;
      made.set(key, digest);
      add(imported, label, digest);
    }
    for (const task of Object.values(component.dag?.tasks ?? {})) {
      const inner = spec.components[task.componentRef.name] ?? {};
      const artifacts = artifactsOf(task, made, scope.artifacts);
      if (inner.executorLabel !== undefined)
        for (const digest of artifacts.values()) add(given, inner.executorLabel, digest);
      else visit(inner, { parameters: parametersOf(task, scope.parameters), artifacts });
    }
  };
  const declared = Object.entries(spec.root.inputDefinitions?.parameters ?? {});
  const values = declared.map(
    ([name, { defaultValue }]) => [name, parameters[name] ?? defaultValue] as const,
  );
  visit(spec.root, { parameters: new Map(values), artifacts: new Map() });
  return { imported, given };
}

/** Undefined where it imports something else, or what it imports is not known yet. */
function importedVersion(
  { typeSchema, artifactUri }: IrImporter,
  task: IrTask,
  known: ReadonlyMap<string, unknown>,
): Digest | undefined {
  if (typeSchema.schemaTitle !== datasetVersionSchema) return undefined;
  const source = task.inputs?.parameters?.[artifactUri.runtimeParameter ?? ''];
  const named =
    artifactUri.constant ??
    source?.runtimeValue?.constant ??
    known.get(source?.componentInputParameter ?? '');
  return Digest.safeParse(named).data;
}

function artifactsOf(
  task: IrTask,
  made: ReadonlyMap<string, Digest>,
  outer: ReadonlyMap<string, Digest>,
): ReadonlyMap<string, Digest> {
  const found = new Map<string, Digest>();
  for (const [name, source] of Object.entries(task.inputs?.artifacts ?? {})) {
    const { taskOutputArtifact: from, componentInputArtifact } = source;
    const digest =
      from?.outputArtifactKey === importedArtifact
        ? made.get(from.producerTask)
        : outer.get(componentInputArtifact ?? '');
    if (digest) found.set(name, digest);
  }
  return found;
}

function parametersOf(task: IrTask, outer: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const sources = Object.entries(task.inputs?.parameters ?? {});
  return new Map(
    sources.map(([name, { runtimeValue, componentInputParameter }]) => [
      name,
      runtimeValue?.constant ?? outer.get(componentInputParameter ?? ''),
    ]),
  );
}

function add(found: Map<string, Set<Digest>>, label: string, digest: Digest): void {
  found.set(label, (found.get(label) ?? new Set()).add(digest));
}
