import { type Component, definitionFault, requireKnown, requireName, retryNode } from './component.ts';
import type { Answer, Condition, Loop, LoopOptions, Step, Task, TaskOptions } from './handles.ts';
import {
  type Comparison,
  type ConstantNode,
  channelOf,
  type LoopNode,
  type Node,
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
  isParameterType,
  type OutputPorts,
  type ParameterType,
  type PortType,
  typeOfConstant,
} from './ports.ts';

export type ForEachItems = readonly unknown[] | ReferenceNode;
export type LoopBody = (item: ReferenceNode) => Answer<Readonly<Record<string, ReferenceNode>>>;

type WithAfter<Handle> = Handle & {
  readonly key: string;
  after(...others: readonly Step[]): WithAfter<Handle>;
};

/** Writes down what the body of a pipeline asks for, and checks it on the way. */
export class Builder {
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
    requireKnown(`task ${key}`, options, ['name', 'cache', 'retries', 'evenAfterFailure']);
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
    requireKnown(`loop ${options.name}`, options, ['name', 'parallelism', 'item']);
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
    requireKnown(`condition ${name}`, options ?? {}, ['name']);
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
