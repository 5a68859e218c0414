import { UserError } from '@visavox/core/errors';
import type { z } from 'zod';
import { EnvironmentFile } from './environments/declaration.ts';
import { withPipPrelude } from './environments/pip-prelude.ts';
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
  portFields,
  type TypeOf,
} from './ports.ts';
import { bytesOf, coresOf, secondsOf } from './quantity.ts';
import { Access, Source } from './step-extras.ts';

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
  /**
   * What the command finds beside the machine's own programs: Python packages by name, as pip takes them, or those of a
   * file of the project: `{ requirements: 'training/requirements.txt' }`, `{ uvLock: 'uv.lock' }`, or packages of npm,
   * `{ packageLock: 'package-lock.json' }`. Without it, the Python of the installation.
   */
  readonly environment?: { readonly packages: readonly string[] } | EnvironmentFile;
  /** Values that are in the installation's secrets, by reference: `{ API_TOKEN: 'weather/token' }` is the key `token` of the secret `weather`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the command may reach beside its inputs and outputs; nothing unless said otherwise. */
  readonly access?: Access;
  /** Limits: what goes over the memory is ended, what wants more cores waits for them. */
  readonly resources?: ResourcesNode;
  /** After how long an attempt is ended: seconds, or `10m`, `2h`. */
  readonly timeout?: number | string;
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
  requireKnown(`component ${name}`, definition, componentFields);
  requireKnown(`resources of component ${name}`, definition.resources ?? {}, ['cpu', 'memory', 'gpu']);
  const inputs = Object.fromEntries(
    Object.entries(definition.inputs ?? {}).map(([port, type]) => [port, Object.freeze(inputPort(type))]),
  );
  const outputs: Record<string, ParameterType | ArtifactType> = { ...definition.outputs };
  for (const [port, { type, default: fallback }] of Object.entries(inputs)) {
    requirePort(name, port, type);
    requireKnown(`input ${port} of component ${name}`, inputs[port] ?? {}, portFields);
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
  const own = words(definition.command);
  if (own.length === 0) throw definitionFault(`component ${name} has no command`);
  const { environment = null } = definition;
  const packages = environment && 'packages' in environment ? environment.packages : [];
  const command = withPipPrelude(packages, own);
  return Object.freeze({
    kind: 'component',
    name,
    image: definition.image ?? defaultImage,
    command: Object.freeze(command),
    args: Object.freeze(words(definition.args)),
    inputs: Object.freeze(inputs),
    outputs: Object.freeze(outputs),
    env: Object.freeze({ ...definition.env }),
    resources: Object.freeze(resourcesNode(name, definition.resources ?? {})),
    environment: environmentFile(name, environment),
    secrets: Object.freeze(secretNodes(name, definition.secrets ?? {})),
    access: Object.freeze(parsed(`access of component ${name}`, Access, definition.access ?? {})),
    timeoutSeconds: timeoutOf(name, definition.timeout),
    retries: retryNode(definition.retries),
    cache: definition.cache ?? true,
    sources: Object.freeze([...sourcesOf(definition)]),
  });
}

/** In the order in which the interface has them; the compiler checks that none is missing. */
const componentFields = Object.keys({
  ...{ name: 0, image: 0, inputs: 0, outputs: 0, command: 0, args: 0, env: 0, environment: 0, secrets: 0 },
  ...{ access: 0, resources: 0, timeout: 0, retries: 0, cache: 0, sources: 0 },
} satisfies Record<keyof ComponentDefinition<InputPorts, OutputPorts>, 0>);

/** A field that nobody knows is a mistake in writing, and would be a wish that nobody hears. */
export function requireKnown(where: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw definitionFault(`${where} has the unknown field "${unknown}" (known are ${known.join(', ')})`);
}

function parsed<Value>(where: string, schema: z.ZodType<Value>, given: unknown): Value {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw definitionFault(`the ${where} cannot be used: ${result.error.issues[0]?.message}`);
}

function resourcesNode(component: string, { cpu, memory, gpu }: ResourcesNode): ResourcesNode {
  if (cpu !== undefined && !coresOf(String(cpu)))
    throw definitionFault(`component ${component}: "${cpu}" is no number of cores (2, 0.5, 500m)`);
  if (memory !== undefined && !bytesOf(memory))
    throw definitionFault(`component ${component}: "${memory}" is no amount of memory (512Mi, 4G)`);
  if (gpu !== undefined && !(Number.isInteger(gpu) && gpu >= 0))
    throw definitionFault(`component ${component}: "${gpu}" is no number of GPUs`);
  return {
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(gpu !== undefined && gpu > 0 && { gpu }),
  };
}

function environmentFile(
  component: string,
  environment: ComponentDefinition<InputPorts, OutputPorts>['environment'] | null,
): EnvironmentFile | null {
  if (environment === null || environment === undefined) return null;
  if (!('packages' in environment))
    return Object.freeze(parsed(`environment of component ${component}`, EnvironmentFile, environment));
  requireKnown(`environment of component ${component}`, environment, ['packages']);
  return null; // its command installs them
}

function secretNodes(component: string, secrets: Readonly<Record<string, string>>) {
  return Object.entries(secrets).map(([variable, reference]) => {
    const match = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\/([\w.-]+)$/.exec(reference);
    if (!match || !/^[A-Za-z_]\w*$/.test(variable))
      throw definitionFault(
        `component ${component} wants a secret as ${variable}: "${reference}"; write { VARIABLE: 'secret/key' }`,
      );
    return Object.freeze({ variable, secret: match[1] ?? '', key: match[2] ?? '' });
  });
}

function timeoutOf(component: string, timeout: number | string | undefined): number | null {
  if (timeout === undefined) return null;
  const seconds = secondsOf(timeout);
  if (seconds === undefined)
    throw definitionFault(`component ${component}: "${timeout}" is no timeout (seconds, or 90s, 10m, 2h)`);
  return Math.ceil(seconds);
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
  if (given) requireKnown('retries', given, ['max', 'backoffSeconds', 'factor', 'maxSeconds']);
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
