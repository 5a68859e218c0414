import {
  type Component,
  type ComponentDefinition,
  definitionFault,
  requireName,
  retryNode,
} from './component.ts';
import {
  type Comparison,
  type ConstantNode,
  channelOf,
  type LoopNode,
  type Node,
  type PipelineNode,
  type Reference,
  type ReferenceNode,
  type TaskNode,
  type WhenNode,
} from './nodes.ts';
import {
  type ArtifactType,
  accepts,
  constantFits,
  type InputPorts,
  inputPort,
  isParameterType,
  isPortType,
  type OutputPorts,
  type ParameterType,
  type PortType,
  type TypeOf,
  typeOfConstant,
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
            ? Reference<ArtifactType>
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

export interface TaskOptions {
  /** The task's name; the component's name unless given. */
  readonly name?: string;
  readonly cache?: boolean;
  readonly retries?: ComponentDefinition<InputPorts, OutputPorts>['retries'];
  /** Run it when the tasks before it have ended, however they ended. */
  readonly evenAfterFailure?: boolean;
}

/** Something to wait for. */
export interface Step {
  readonly key: string;
}

export interface Task<Outputs extends OutputPorts> extends Step {
  /** Wait for these, although none of their outputs is used. */
  after(...others: readonly Step[]): Task<Outputs>;
  readonly outputs: { readonly [Name in keyof Outputs]: Reference<Outputs[Name]> };
}

type Collected<Type extends PortType> = Type extends ParameterType
  ? Reference<'list'>
  : Type extends ArtifactType
    ? Reference<`${Type}[]`>
    : Reference<Type>;

export interface Loop<Results extends Readonly<Record<string, Reference>>> extends Step {
  after(...others: readonly Step[]): Loop<Results>;
  /** What the iterations gave, in the order of the items. */
  readonly collected: { readonly [Name in keyof Results]: Collected<Results[Name]['type']> };
}

/** What the body of a loop answers: the references to collect, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a body that ends without an answer is the usual case
type Answer<Results> = Results | void;

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

export interface LoopOptions {
  /** What the iterations are called: `embed` gives `embed/0/…`. */
  readonly name: string;
  /** At most so many iterations at a time. */
  readonly parallelism?: number;
}

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

export interface Condition extends Step {
  after(...others: readonly Step[]): Condition;
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
  const parameters = Object.fromEntries(
    Object.entries(definition.parameters ?? {}).map(([name, port]) => [name, Object.freeze(inputPort(port))]),
  );
  for (const [name, { type, default: fallback }] of Object.entries(parameters)) {
    if (!isPortType(type) || !isParameterType(type))
      throw definitionFault(`parameter ${name} has the type ${type}`);
    if (fallback !== undefined && !constantFits(type, fallback))
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

type ForEachItems = readonly unknown[] | ReferenceNode;
type LoopBody = (item: ReferenceNode) => Answer<Readonly<Record<string, ReferenceNode>>>;

type WithAfter<Handle> = Handle & {
  readonly key: string;
  after(...others: readonly Step[]): WithAfter<Handle>;
};

class Builder {
  readonly #keys = new Set<string>();
  readonly #owned = new WeakSet<object>();
  #drafts: (() => Node)[] = [];
  #groups = 0;
  readonly #itemInputs = new Map<string, string>();

  own<Type extends ReferenceNode>(reference: Type): Type {
    this.#owned.add(reference);
    return Object.freeze(reference);
  }

  nodes(): readonly Node[] {
    return Object.freeze(this.#drafts.map((freeze) => freeze()));
  }

  task<Outputs extends OutputPorts>(
    component: Component<InputPorts, Outputs>,
    given: Readonly<Record<string, unknown>>,
    options: TaskOptions,
  ): Task<Outputs> {
    const key = this.#claim(component.name, options.name);
    const node: Omit<TaskNode, 'after'> = {
      kind: 'task',
      key,
      component,
      arguments: Object.freeze(this.#arguments(key, component, given)),
      evenAfterFailure: options.evenAfterFailure ?? false,
      cache: options.cache ?? component.cache,
      retries: options.retries === undefined ? component.retries : retryNode(options.retries),
    };
    const outputs = Object.entries(component.outputs).map(([output, type]) => [
      output,
      this.own({ kind: 'output', task: key, output, type }),
    ]);
    // Made from the component's own outputs.
    return this.#step(key, (after) => ({ ...node, after }), {
      outputs: Object.fromEntries(outputs) as Task<Outputs>['outputs'],
    });
  }

  forEach(
    items: ForEachItems,
    options: LoopOptions & { item?: ParameterType },
    body: LoopBody,
  ): Loop<Readonly<Record<string, Reference>>> {
    requireName('loop', options.name);
    const isReference = !Array.isArray(items);
    // kfp counts loops and their constant lists with one counter; so do we, to give the same names.
    const constant = isReference ? 0 : ++this.#groups;
    const key = this.#claim(`for-loop-${++this.#groups}`);
    const source = isReference
      ? this.#reference(items as ReferenceNode, `loop ${options.name}`)
      : this.#constantList(options.name, items);
    const itemType = options.item ?? itemTypeOf(source, options.name);
    const itemInput =
      source.kind === 'constant' ? `pipelinechannel--loop-item-param-${constant}` : this.#itemInput(source);
    this.#itemInputs.set(key, itemInput);
    const item = this.own({ kind: 'item', loop: key, type: itemType });
    const { nodes, answer } = this.#inside(() => body(item));
    const collected = Object.entries(answer ?? {}).map(([name, of]) => {
      if (of.kind !== 'output' && of.kind !== 'collected')
        throw definitionFault(
          `loop ${options.name} collects ${name}, which is no output of a task inside it`,
        );
      const type = isParameterType(of.type)
        ? 'list'
        : of.type.endsWith('[]')
          ? of.type
          : (`${of.type}[]` as PortType);
      return [name, this.own({ kind: 'collected', loop: key, of, type })];
    });
    const node: Omit<LoopNode, 'after'> = {
      kind: 'loop',
      key,
      name: options.name,
      items: source,
      itemInput,
      itemType,
      parallelism: options.parallelism ?? null,
      nodes,
    };
    return this.#step(key, (after) => ({ ...node, after }), { collected: Object.fromEntries(collected) });
  }

  when(
    left: ReferenceNode,
    comparison: Comparison,
    right: string | number | boolean,
    body: () => void,
    options?: { readonly name: string },
  ): Condition {
    const key = this.#claim(`condition-${++this.#groups}`);
    const name = options?.name ?? key;
    requireName('condition', name);
    const source = this.#reference(left, `condition ${name}`);
    if (!constantFits(source.type, right) || (typeof right === 'string' && right.includes("'")))
      throw definitionFault(`condition ${name} compares a ${source.type} with ${JSON.stringify(right)}`);
    const { nodes } = this.#inside(body);
    const node: Omit<WhenNode, 'after'> = { kind: 'when', key, name, left: source, comparison, right, nodes };
    return this.#step(key, (after) => ({ ...node, after }), {});
  }

  /** Named after the list, as kfp does; numbered when another loop over the same list could be around it. */
  #itemInput(items: ReferenceNode): string {
    const name = `${channelOf(items, (loop) => this.#itemInputs.get(loop) ?? loop)}-loop-item`;
    return [...this.#itemInputs.values()].includes(name) ? `${name}-${this.#groups}` : name;
  }

  #inside<Answer>(body: () => Answer): { nodes: readonly Node[]; answer: Answer } {
    const outside = this.#drafts;
    this.#drafts = [];
    const answer = body();
    const nodes = this.nodes();
    this.#drafts = outside;
    return { nodes, answer };
  }

  /** Adds `after` to what a task, loop or condition gives; it may be called until the body around it ends. */
  #step<Handle extends object>(
    key: string,
    nodeAfter: (after: readonly string[]) => Node,
    rest: Handle,
  ): WithAfter<Handle> {
    const after = new Set<string>();
    let node: Node | undefined;
    this.#drafts.push(() => {
      node = Object.freeze(nodeAfter(Object.freeze([...after])));
      return node;
    });
    const handle: WithAfter<Handle> = {
      ...rest,
      key,
      after: (...others) => {
        if (node)
          throw definitionFault(`${key} is told to wait outside of the loop or condition that it is in`);
        for (const other of others) {
          if (!this.#keys.has(other.key))
            throw definitionFault(`${key} waits for ${other.key}, which is no task of this pipeline`);
          after.add(other.key);
        }
        return handle;
      },
    };
    return handle;
  }

  #claim(name: string, chosen?: string): string {
    if (chosen !== undefined) {
      requireName('task', chosen);
      if (this.#keys.has(chosen)) throw definitionFault(`two tasks are called ${chosen}`);
      this.#keys.add(chosen);
      return chosen;
    }
    let key = name;
    for (let count = 2; this.#keys.has(key); count++) key = `${name}-${count}`;
    this.#keys.add(key);
    return key;
  }

  #arguments(
    task: string,
    component: Component<InputPorts, OutputPorts>,
    given: Readonly<Record<string, unknown>>,
  ): Record<string, ReferenceNode | ConstantNode> {
    const unknown = Object.keys(given).find((name) => !(name in component.inputs));
    if (unknown !== undefined)
      throw definitionFault(`task ${task} is given ${unknown}, which ${component.name} does not take`);
    const result: Record<string, ReferenceNode | ConstantNode> = {};
    for (const [name, port] of Object.entries(component.inputs)) {
      const value = given[name];
      if (value === undefined) {
        if (port.default === undefined && !port.optional)
          throw definitionFault(`task ${task} lacks the input ${name}`);
        continue;
      }
      if (isReferenceNode(value)) {
        const reference = this.#reference(value, `input ${name} of task ${task}`);
        if (!accepts(port.type, reference.type))
          throw definitionFault(
            `input ${name} of task ${task} takes a ${port.type} and is given a ${reference.type}`,
          );
        result[name] = reference;
      } else if (isParameterType(port.type) && constantFits(port.type, value)) {
        result[name] = Object.freeze({ kind: 'constant', value });
      } else {
        throw definitionFault(
          `input ${name} of task ${task} takes a ${port.type} and is given ${JSON.stringify(value)}`,
        );
      }
    }
    return result;
  }

  #reference(reference: ReferenceNode, where: string): ReferenceNode {
    if (reference.kind === 'text') {
      for (const part of reference.parts) if (typeof part !== 'string') this.#reference(part, where);
    } else if (!this.#owned.has(reference)) {
      throw definitionFault(`${where} uses a value of another pipeline`);
    }
    return reference;
  }

  #constantList(loop: string, items: readonly unknown[]): ConstantNode {
    if (items.length === 0) throw definitionFault(`loop ${loop} has no items`);
    return Object.freeze({ kind: 'constant', value: Object.freeze([...items]) });
  }
}

function isReferenceNode(value: unknown): value is ReferenceNode {
  const kinds = ['parameter', 'output', 'item', 'collected', 'text'];
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.isFrozen(value) &&
    'kind' in value &&
    'type' in value &&
    kinds.some((kind) => kind === value.kind)
  );
}

function itemTypeOf(items: ReferenceNode | ConstantNode, loop: string): PortType {
  if (items.kind !== 'constant') {
    if (items.type.endsWith('[]')) return items.type.slice(0, -2) as ArtifactType;
    throw definitionFault(
      `loop ${loop} goes over a ${items.type}; say what its items are: { item: 'integer' }`,
    );
  }
  const types = new Set((items.value as readonly unknown[]).map(typeOfConstant));
  if (types.size === 2 && types.has('integer') && types.has('number')) return 'number';
  const [type] = types;
  if (types.size !== 1 || type === undefined)
    throw definitionFault(`the items of loop ${loop} are of different types`);
  return type;
}
