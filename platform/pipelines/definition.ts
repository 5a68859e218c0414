import { Builder, type ForEachItems, type LoopBody } from './builder.ts';
import { type Component, definitionFault, requireKnown, requireName } from './component.ts';
import type { Answer, Condition, Loop, LoopOptions, Task, TaskOptions } from './handles.ts';
import type { Comparison, PipelineNode, Reference } from './nodes.ts';
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
  type PortType,
  portFields,
  type TypeOf,
} from './ports.ts';

export { component } from './component.ts';

/** What may be given for an input of a type: a constant where one makes sense, or a reference. */
export type Argument<Type extends PortType> = Type extends 'string'
  ? string | Reference<'string'>
  : Type extends 'integer' | 'number'
    ? number | Reference<'integer' | 'number'>
    : Type extends 'boolean'
      ? boolean | Reference<'boolean'>
      : Type extends 'list'
        ? readonly unknown[] | Reference<'list'>
        : Type extends 'struct'
          ? Readonly<Record<string, unknown>> | Reference<'struct'>
          : Type extends 'artifact'
            ? Reference<ArtifactType | DatasetVersionType>
            : Type extends 'dataset'
              ? Reference<'dataset' | DatasetVersionType>
              : Type extends 'artifact[]'
                ? Reference<`${ArtifactType}[]`>
                : Reference<Type>;

type Omissible<Port> = Port extends { readonly default: unknown } | { readonly optional: true }
  ? true
  : false;

export type Arguments<Inputs extends InputPorts> = {
  readonly [Name in keyof Inputs as Omissible<Inputs[Name]> extends true ? never : Name]: Argument<
    TypeOf<Inputs[Name]>
  >;
} & {
  readonly [Name in keyof Inputs as Omissible<Inputs[Name]> extends true ? Name : never]?: Argument<
    TypeOf<Inputs[Name]>
  >;
};

type Item<Items> = Items extends readonly (infer Value)[]
  ? Reference<
      Value extends string
        ? 'string'
        : Value extends number
          ? 'integer' | 'number'
          : Value extends boolean
            ? 'boolean'
            : 'struct'
    >
  : Items extends Reference<`${infer Type extends ArtifactType}[]`>
    ? Reference<Type>
    : never;

export interface PipelineBuilder<Parameters extends InputPorts> {
  readonly parameters: { readonly [Name in keyof Parameters]: Reference<TypeOf<Parameters[Name]>> };
  task<Inputs extends InputPorts, Outputs extends OutputPorts>(
    component: Component<Inputs, Outputs>,
    ...given: Record<never, never> extends Arguments<Inputs>
      ? [given?: Arguments<Inputs>, options?: TaskOptions]
      : [given: Arguments<Inputs>, options?: TaskOptions]
  ): Task<Outputs>;
  /** One iteration an item, in parallel. The body answers what is to be collected. */
  forEach<
    const Items extends
      | readonly (string | number | boolean | Readonly<Record<string, unknown>>)[]
      | Reference<`${ArtifactType}[]`>,
    Results extends Readonly<Record<string, Reference>> = Record<never, never>,
  >(items: Items, options: LoopOptions, body: (item: Item<Items>) => Answer<Results>): Loop<Results>;
  /** Over a list that is known only when the pipeline runs: say what its items are. */
  forEach<
    const Type extends ParameterType,
    Results extends Readonly<Record<string, Reference>> = Record<never, never>,
  >(
    items: Reference<'list'>,
    options: LoopOptions & { readonly item: Type },
    body: (item: Reference<Type>) => Answer<Results>,
  ): Loop<Results>;
  /** The tasks of the body run only if the comparison holds. */
  when(
    left: Reference<'string' | 'integer' | 'number' | 'boolean'>,
    comparison: Comparison,
    right: string | number | boolean,
    body: () => void,
    options?: { readonly name: string },
  ): Condition;
}

/** A string made of constants and values known only later: text`model of ${p.parameters.name}`. */
export function text(
  strings: TemplateStringsArray,
  ...values: readonly Reference<'string' | 'integer' | 'number' | 'boolean'>[]
): Reference<'string'> {
  const parts = strings
    .flatMap((string, index) => [string, values[index] ?? ''])
    .filter((part) => part !== '');
  return Object.freeze({ kind: 'text', parts: Object.freeze(parts), type: 'string' });
}

/**
 * Defines a pipeline. The body runs once, now, and only writes down what is to be done.
 * A parameter of the type `dataset-version` is given as `night-birds`, its newest version, or `night-birds@sha256:…`; which
 * one that is gets pinned when the run is submitted.
 *
 * @example
 * export default pipeline({ name: 'sum-of-squares', parameters: { count: { type: 'integer', default: 4 } } }, (p) => {
 *   const made = p.task(makeNumbers, { count: p.parameters.count });
 *   const squares = p.forEach(made.outputs.shards, { name: 'squares', item: 'integer' }, (shard) =>
 *     p.task(square, { shard, numbers: made.outputs.numbers }).outputs);
 *   p.task(add, { parts: squares.collected.squares, totals: squares.collected.total });
 * });
 */
export function pipeline<const Parameters extends InputPorts = Record<never, never>>(
  definition: { readonly name: string; readonly description?: string; readonly parameters?: Parameters },
  body: (p: PipelineBuilder<Parameters>) => void,
): PipelineNode {
  requireName('pipeline', definition.name);
  requireKnown(`pipeline ${definition.name}`, definition, ['name', 'description', 'parameters']);
  const parameters = Object.fromEntries(
    Object.entries(definition.parameters ?? {}).map(([name, port]) => [name, Object.freeze(inputPort(port))]),
  );
  for (const [name, port] of Object.entries(parameters)) {
    const { type, default: fallback, optional } = port;
    requireKnown(`parameter ${name}`, port, portFields);
    if (!isPortType(type) || !(isParameterType(type) || type === datasetVersionType))
      throw definitionFault(`parameter ${name} has the type ${type}`);
    if (type === datasetVersionType && optional)
      throw definitionFault(`parameter ${name} is a dataset version, which cannot be left out`);
    if (fallback !== undefined && !constantFits(type === datasetVersionType ? 'string' : type, fallback))
      throw definitionFault(`the default of parameter ${name} is no ${type}: ${JSON.stringify(fallback)}`);
  }
  const builder = new Builder();
  const references = Object.entries(parameters).map(([name, { type }]) => [
    name,
    builder.own({ kind: 'parameter', name, type }),
  ]);
  body({
    // Made from the same entries as the mapped type.
    parameters: Object.fromEntries(references) as PipelineBuilder<Parameters>['parameters'],
    task: (component, ...[given, options]) => builder.task(component, given ?? {}, options ?? {}),
    // The overloads tell callers what one implementation does for all kinds of items.
    forEach: ((items: ForEachItems, options: LoopOptions & { item?: ParameterType }, loopBody: LoopBody) =>
      builder.forEach(items, options, loopBody)) as PipelineBuilder<Parameters>['forEach'],
    when: (left, comparison, right, whenBody, options) =>
      builder.when(left, comparison, right, whenBody, options),
  });
  return Object.freeze({
    kind: 'pipeline',
    name: definition.name,
    description: definition.description ?? '',
    parameters: Object.freeze(parameters),
    nodes: builder.nodes(),
  });
}
