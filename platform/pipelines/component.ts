import { UserError } from '@visavox/core/errors';
import { Source } from './ir.ts';
import type { ComponentNode, ResourcesNode, RetryNode } from './nodes.ts';
import {
  type ArtifactType,
  constantFits,
  type DatasetVersionType,
  datasetVersionType,
  type InputPorts,
  inputPort,
  isParameterType,
  isPortType,
  type OutputPorts,
  type ParameterType,
  type TypeOf,
} from './ports.ts';

/** What a component's image is called where it names none: an engine that starts containers says which it is. */
export const defaultImage = 'visavox';

/** What stands in a command for what is known only when the task runs. */
export interface Placeholders<Inputs extends InputPorts, Outputs extends OutputPorts> {
  /**
   * A parameter is its text; an artifact has a `path`; a list of artifacts is a text that `artifactPaths` reads. A dataset
   * version has the `path` of a folder with its items, each at its key, and the one of its `manifest`.
   */
  readonly inputs: {
    readonly [Name in keyof Inputs]: TypeOf<Inputs[Name]> extends ParameterType
      ? string
      : TypeOf<Inputs[Name]> extends ArtifactType
        ? { readonly path: string; readonly uri: string }
        : TypeOf<Inputs[Name]> extends DatasetVersionType
          ? { readonly path: string; readonly manifest: string }
          : string;
  };
  /** Where the task writes: an artifact is a file or a folder, a parameter a file with its text (JSON unless a string). */
  readonly outputs: { readonly [Name in keyof Outputs]: { readonly path: string } };
  /** All of it as one JSON text, as Kubeflow's own components take it. */
  readonly executorInput: string;
  /** The file for `{"artifacts": {name: {"artifacts": [{"metadata": {…}}]}}}`: metrics and other metadata. */
  readonly executorOutput: string;
  readonly taskName: string;
  readonly runName: string;
  readonly runId: string;
  /** These words if the optional input was given, otherwise nothing. */
  whenGiven(input: keyof Inputs & string, words: readonly string[]): string;
}

type Words<Inputs extends InputPorts, Outputs extends OutputPorts> =
  | readonly string[]
  | ((placeholders: Placeholders<Inputs, Outputs>) => readonly string[]);

export interface ComponentDefinition<Inputs extends InputPorts, Outputs extends OutputPorts> {
  /** Kebab-case; a task is called after it. */
  readonly name: string;
  /** The container image on Kubeflow; the local engine runs the command on this machine. */
  readonly image?: string;
  readonly inputs?: Inputs;
  readonly outputs?: Outputs;
  readonly command: Words<Inputs, Outputs>;
  readonly args?: Words<Inputs, Outputs>;
  readonly env?: Readonly<Record<string, string>>;
  readonly resources?: ResourcesNode;
  /** How often to try again, with which pause; a pause of 0 s, doubling up to an hour, unless said otherwise. */
  readonly retries?: number | (Partial<RetryNode> & { readonly max: number });
  /** Whether earlier outputs of the same inputs may be taken; true unless said otherwise. */
  readonly cache?: boolean;
  /**
   * What its code is, so that only changes of it ask for a new result: files whose imports are followed
   * (`train.py`, `steps/embed.ts`), folders, globs (`configs/*.yaml`), as paths from the project's folder. Without them
   * it is every file of the project.
   */
  readonly sources?: readonly string[];
}

/** A component, with its ports' types for the compiler of TypeScript. */
export interface Component<Inputs extends InputPorts, Outputs extends OutputPorts> extends ComponentNode {
  readonly portTypes?: { readonly inputs: Inputs; readonly outputs: Outputs };
}

/**
 * A step that pipelines are made of: a command with typed inputs and outputs.
 *
 * @example
 * const square = component({
 *   name: 'square',
 *   inputs: { shard: 'integer', numbers: 'dataset' },
 *   outputs: { squares: 'dataset', total: 'number' },
 *   command: ({ inputs, outputs }) =>
 *     ['node', 'square.js', inputs.shard, inputs.numbers.path, outputs.squares.path, outputs.total.path],
 * });
 */
export function component<
  const Inputs extends InputPorts = Record<never, never>,
  const Outputs extends OutputPorts = Record<never, never>,
>(definition: ComponentDefinition<Inputs, Outputs>): Component<Inputs, Outputs> {
  const { name } = definition;
  requireName('component', name);
  const inputs = Object.fromEntries(
    Object.entries(definition.inputs ?? {}).map(([port, type]) => [port, Object.freeze(inputPort(type))]),
  );
  const outputs: Record<string, ParameterType | ArtifactType> = { ...definition.outputs };
  for (const [port, { type, default: fallback }] of Object.entries(inputs)) {
    requirePort(name, port, type);
    if (fallback !== undefined && !constantFits(type, fallback))
      throw definitionFault(`the default of input ${port} of component ${name} is no ${type}`);
  }
  for (const [port, type] of Object.entries(outputs)) {
    requirePort(name, port, type);
    if (String(type) === datasetVersionType)
      throw definitionFault(
        `output ${port} of component ${name} is a dataset version, which steps take only; give a dataset`,
      );
  }
  const words = (given: Words<Inputs, Outputs> | undefined) =>
    typeof given === 'function' ? [...given(placeholdersOf(definition))] : [...(given ?? [])];
  const command = words(definition.command);
  if (command.length === 0) throw definitionFault(`component ${name} has no command`);
  return Object.freeze({
    kind: 'component',
    name,
    image: definition.image ?? defaultImage,
    command: Object.freeze(command),
    args: Object.freeze(words(definition.args)),
    inputs: Object.freeze(inputs),
    outputs: Object.freeze(outputs),
    env: Object.freeze({ ...definition.env }),
    resources: Object.freeze({ ...definition.resources }),
    retries: retryNode(definition.retries),
    cache: definition.cache ?? true,
    sources: Object.freeze([...sourcesOf(definition)]),
  });
}

function sourcesOf({
  name,
  sources = [],
}: Pick<ComponentDefinition<InputPorts, OutputPorts>, 'name' | 'sources'>): readonly string[] {
  const wrong = sources.find((source) => !Source.safeParse(source).success);
  if (wrong !== undefined)
    throw definitionFault(
      `component ${name} names the source "${wrong}", which is no path from the project's folder`,
    );
  return sources;
}

export function retryNode(
  retries: ComponentDefinition<InputPorts, OutputPorts>['retries'],
): RetryNode | null {
  const given = typeof retries === 'number' ? { max: retries } : retries;
  if (!given || given.max === 0) return null;
  return Object.freeze({ backoffSeconds: 0, factor: 2, maxSeconds: 3600, ...given });
}

function placeholdersOf<Inputs extends InputPorts, Outputs extends OutputPorts>(
  definition: ComponentDefinition<Inputs, Outputs>,
): Placeholders<Inputs, Outputs> {
  const inputs = Object.entries(definition.inputs ?? {}).map(([name, port]) => {
    const { type } = inputPort(port);
    if (isParameterType(type)) return [name, `{{$.inputs.parameters['${name}']}}`];
    const artifact = `{{$.inputs.artifacts['${name}']`;
    if (type.endsWith('[]')) return [name, `${artifact}}}`];
    if (type === datasetVersionType)
      return [name, { path: `${artifact}.path}}`, manifest: `${artifact}.metadata['manifest']}}` }];
    return [name, { path: `${artifact}.path}}`, uri: `${artifact}.uri}}` }];
  });
  const outputs = Object.entries(definition.outputs ?? {}).map(([name, type]) => [
    name,
    {
      path: isParameterType(type)
        ? `{{$.outputs.parameters['${name}'].output_file}}`
        : `{{$.outputs.artifacts['${name}'].path}}`,
    },
  ]);
  return {
    // The loops above give each port the shape that the mapped types say.
    inputs: Object.fromEntries(inputs) as Placeholders<Inputs, Outputs>['inputs'],
    outputs: Object.fromEntries(outputs) as Placeholders<Inputs, Outputs>['outputs'],
    executorInput: '{{$}}',
    executorOutput: '{{$.outputs.output_file}}',
    taskName: '{{$.pipeline_task_name}}',
    runName: '{{$.pipeline_job_name}}',
    runId: '{{$.pipeline_job_uuid}}',
    whenGiven: (input, words) => `{"IfPresent": ${JSON.stringify({ InputName: input, Then: words })}}`,
  };
}

function requirePort(component: string, port: string, type: unknown): void {
  if (!/^[a-zA-Z_]\w*$/.test(port))
    throw definitionFault(`"${port}" of component ${component} is no name for a port (letters, digits, _)`);
  if (!isPortType(type))
    throw definitionFault(`port ${port} of component ${component} has the unknown type ${type}`);
}

export function requireName(what: string, name: string): void {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > 63)
    throw definitionFault(
      `"${name}" is no name for a ${what} (lower-case letters, digits, hyphens; at most 63)`,
    );
}

export function definitionFault(what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'pipeline_invalid',
    message: `The pipeline cannot be compiled: ${what}.`,
    action: 'Correct the definition at the place named.',
  });
}
