import { stringify } from 'yaml';
import {
  compileComponent,
  compileExecutor,
  inputDefinition,
  kubernetesSettings,
  outputDefinition,
  retryPolicy,
  stepExtras,
} from './compile-component.ts';
import { inputsOf, portsOf } from './compile-ports.ts';
import { definitionFault } from './component.ts';
import { datasetImport, importedArtifact } from './dataset-parameters.ts';
import type { IrDag, IrTask, PipelineSpec } from './ir.ts';
import { findFault } from './ir-check.ts';
import {
  channelOf,
  type LoopNode,
  type Node,
  type PipelineNode,
  type ReferenceNode,
  type TaskNode,
  type WhenNode,
} from './nodes.ts';
import { datasetVersionType, isParameterType, type PortType } from './ports.ts';
import type { StepExtras } from './step-extras.ts';

/**
 * Compiles a pipeline to Kubeflow's PipelineSpec, schema 2.1.0: what `kfp.compiler` writes for the same
 * pipeline, names of groups and channels included. Pure; throws a UserError `pipeline_invalid`.
 */
export function compile(pipeline: PipelineNode): PipelineSpec {
  const spec = new Compilation(pipeline).run();
  const fault = findFault(spec);
  if (fault) throw definitionFault(fault.message);
  return spec;
}

/** The compiled pipeline as the text that Kubeflow's page and client take. */
export function toYaml({ platforms, ...spec }: PipelineSpec): string {
  const documents = platforms ? [spec, { platforms }] : [spec];
  return documents
    .map((document) =>
      stringify(document, { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 }),
    )
    .join('---\n');
}

/** The tasks of a loop or condition, and what reaches them from around it. */
interface Scope {
  readonly path: readonly string[];
  readonly parent: Scope | null;
  readonly inputs: Map<string, { type: PortType; source: Source }>;
  /** What the group waits for, beside it. */
  readonly upstream: Set<string>;
}

interface Source {
  readonly parameter?: NonNullable<NonNullable<IrTask['inputs']>['parameters']>[string];
  readonly artifact?: NonNullable<NonNullable<IrTask['inputs']>['artifacts']>[string];
}

class Compilation {
  readonly #pipeline: PipelineNode;
  readonly #components: PipelineSpec['components'] = {};
  readonly #executors: PipelineSpec['deploymentSpec']['executors'] = {};
  readonly #kubernetes: Record<string, Readonly<Record<string, unknown>>> = {};
  readonly #extras: Record<string, StepExtras> = {};
  readonly #homes = new Map<string, readonly string[]>();
  /** By parameter: the task that imports its dataset version. */
  readonly #datasets = new Map<string, string>();
  readonly #itemInputs = new Map<string, string>();
  /** By loop: the collected outputs that something reads. */
  readonly #collected = new Map<string, Map<string, ReferenceNode>>();

  constructor(pipeline: PipelineNode) {
    this.#pipeline = pipeline;
  }

  run(): PipelineSpec {
    this.#survey(this.#pipeline.nodes, []);
    const imports = this.#datasetImports();
    const root: Scope = { path: [], parent: null, inputs: new Map(), upstream: new Set() };
    const parameters = Object.entries(this.#pipeline.parameters).map(([name, port]) => [
      name,
      inputDefinition(port.type === datasetVersionType ? { ...port, type: 'string' } : port),
    ]);
    return {
      schemaVersion: '2.1.0',
      sdkVersion: 'visavox-1',
      pipelineInfo: {
        name: this.#pipeline.name,
        ...(this.#pipeline.description && { description: this.#pipeline.description }),
      },
      root: {
        dag: { tasks: { ...imports, ...this.#tasks(this.#pipeline.nodes, root) } },
        ...(parameters.length > 0 && { inputDefinitions: { parameters: Object.fromEntries(parameters) } }),
      },
      components: this.#components,
      deploymentSpec: { executors: this.#executors },
      ...this.#platforms(),
    };
  }

  #platforms(): Pick<PipelineSpec, 'platforms'> {
    const platforms = {
      ...(Object.keys(this.#kubernetes).length > 0 && {
        kubernetes: { deploymentSpec: { executors: this.#kubernetes } },
      }),
      ...(Object.keys(this.#extras).length > 0 && {
        visavox: { deploymentSpec: { executors: this.#extras } },
      }),
    };
    return Object.keys(platforms).length > 0 ? { platforms } : {};
  }

  /** A dataset version comes in as the artifact of an importer, one for each parameter. */
  #datasetImports(): IrDag['tasks'] {
    const tasks: IrDag['tasks'] = {};
    for (const [name, { type }] of Object.entries(this.#pipeline.parameters)) {
      if (type !== datasetVersionType) continue;
      const wanted = `import-${name.toLowerCase().replaceAll('_', '-')}`;
      let key = wanted;
      for (let count = 2; this.#homes.has(key) || key in tasks; count++) key = `${wanted}-${count}`;
      this.#datasets.set(name, key);
      const { task, component, executor } = datasetImport(key, name);
      tasks[key] = task;
      this.#components[`comp-${key}`] = component;
      this.#executors[`exec-${key}`] = executor;
    }
    return tasks;
  }

  /** Notes where everything is, and which collected outputs are read. */
  #survey(nodes: readonly Node[], path: readonly string[]): void {
    for (const node of nodes) {
      this.#homes.set(node.key, path);
      if (node.kind === 'task') {
        for (const value of Object.values(node.arguments))
          if (value.kind !== 'constant') this.#noteCollected(value);
        continue;
      }
      if (node.kind === 'loop') {
        this.#itemInputs.set(node.key, node.itemInput);
        if (node.items.kind !== 'constant') this.#noteCollected(node.items);
      } else {
        this.#noteCollected(node.left);
      }
      this.#survey(node.nodes, [...path, node.key]);
    }
  }

  #noteCollected(reference: ReferenceNode): void {
    if (reference.kind === 'text') {
      for (const part of reference.parts) if (typeof part !== 'string') this.#noteCollected(part);
    }
    if (reference.kind !== 'collected') return;
    const outputs = this.#collected.get(reference.loop) ?? new Map<string, ReferenceNode>();
    this.#collected.set(reference.loop, outputs.set(this.#channel(reference), reference.of));
    this.#noteCollected(reference.of);
  }

  #tasks(nodes: readonly Node[], scope: Scope): IrDag['tasks'] {
    return Object.fromEntries(nodes.map((node) => [node.key, this.#node(node, scope)]));
  }

  #node(node: Node, scope: Scope): IrTask {
    switch (node.kind) {
      case 'task':
        return this.#task(node, scope);
      case 'loop':
      case 'when':
        return this.#group(node, scope);
    }
  }

  #task(node: TaskNode, scope: Scope): IrTask {
    const upstream = new Set<string>();
    const parameters: Record<string, NonNullable<Source['parameter']>> = {};
    const artifacts: Record<string, NonNullable<Source['artifact']>> = {};
    for (const [name, value] of Object.entries(node.arguments)) {
      if (value.kind === 'constant') {
        parameters[name] = { runtimeValue: { constant: jsonOf(value.value) } };
      } else if (value.kind === 'text') {
        const words = value.parts.map((part) => {
          if (typeof part === 'string') return part;
          const channel = this.#channel(part);
          const { parameter } = this.#source(part, scope, upstream, node.key);
          if (parameter) parameters[channel] = parameter;
          return `{{$.inputs.parameters['${channel}']}}`;
        });
        parameters[name] = { runtimeValue: { constant: words.join('') } };
      } else {
        const source = this.#source(value, scope, upstream, node.key);
        if (source.parameter) parameters[name] = source.parameter;
        if (source.artifact) artifacts[name] = source.artifact;
      }
    }
    this.#wait(node, scope, upstream);
    this.#components[`comp-${node.key}`] = compileComponent(node.component, `exec-${node.key}`);
    this.#executors[`exec-${node.key}`] = { container: compileExecutor(node.component) };
    const kubernetes = kubernetesSettings(node.component);
    if (kubernetes) this.#kubernetes[`exec-${node.key}`] = kubernetes;
    const extras = stepExtras(node.component);
    if (extras) this.#extras[`exec-${node.key}`] = extras;
    return {
      taskInfo: { name: node.key },
      componentRef: { name: `comp-${node.key}` },
      cachingOptions: node.cache ? { enableCache: true } : {},
      ...inputsOf(parameters, artifacts),
      ...(upstream.size > 0 && { dependentTasks: [...upstream].sort() }),
      ...(node.evenAfterFailure && { triggerPolicy: { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' as const } }),
      ...(node.retries && { retryPolicy: retryPolicy(node.retries) }),
    };
  }

  #group(node: LoopNode | WhenNode, around: Scope): IrTask {
    const scope: Scope = {
      path: [...around.path, node.key],
      parent: around,
      inputs: new Map(),
      upstream: new Set(),
    };
    const driver = node.kind === 'loop' ? node.items : node.left;
    if (driver.kind !== 'constant')
      scope.inputs.set(this.#channel(driver), {
        type: driver.type,
        source: this.#source(driver, around, scope.upstream, node.key),
      });
    const tasks = this.#tasks(node.nodes, scope);
    this.#wait(node, around, scope.upstream);
    const parameters: Record<string, NonNullable<Source['parameter']>> = {};
    const artifacts: Record<string, NonNullable<Source['artifact']>> = {};
    const definitions = [...scope.inputs].map(([name, { type, source }]) => {
      if (source.parameter) parameters[name] = source.parameter;
      if (source.artifact) artifacts[name] = source.artifact;
      return [name, type] as const;
    });
    if (node.kind === 'loop') definitions.push([node.itemInput, node.itemType]);
    const outputs = this.#outputsOf(node);
    this.#components[`comp-${node.key}`] = {
      dag: { tasks, ...outputs.dag },
      ...portsOf('inputDefinitions', definitions, {
        typeOf: (type) => type,
        define: (type) => inputDefinition({ type }),
      }),
      ...portsOf('outputDefinitions', outputs.definitions, {
        typeOf: (type) => type,
        define: outputDefinition,
      }),
    };
    return {
      taskInfo: { name: node.name },
      componentRef: { name: `comp-${node.key}` },
      ...inputsOf(parameters, artifacts),
      ...(scope.upstream.size > 0 && { dependentTasks: [...scope.upstream].sort() }),
      ...(node.kind === 'loop'
        ? this.#iterator(node)
        : { triggerPolicy: { condition: this.#condition(node) } }),
    };
  }

  #iterator(node: LoopNode): Pick<IrTask, 'parameterIterator' | 'artifactIterator' | 'iteratorPolicy'> {
    const policy = node.parallelism && { iteratorPolicy: { parallelismLimit: node.parallelism } };
    if (node.items.kind === 'constant') {
      const items = { raw: JSON.stringify(node.items.value) };
      return { parameterIterator: { itemInput: node.itemInput, items }, ...policy };
    }
    const list = this.#channel(node.items);
    return isParameterType(node.itemType)
      ? { parameterIterator: { itemInput: node.itemInput, items: { inputParameter: list } }, ...policy }
      : { artifactIterator: { itemInput: node.itemInput, items: { inputArtifact: list } }, ...policy };
  }

  #condition(node: WhenNode): string {
    const value = `inputs.parameter_values['${this.#channel(node.left)}']`;
    const left = node.left.type === 'integer' ? `int(${value})` : value;
    const { right } = node;
    const fraction = typeof right === 'number' && node.left.type === 'number' && Number.isInteger(right);
    return `${left} ${node.comparison} ${typeof right === 'string' ? `'${right}'` : fraction ? `${right}.0` : right}`;
  }

  #outputsOf(node: LoopNode | WhenNode): {
    definitions: (readonly [string, PortType])[];
    dag: Pick<IrDag, 'outputs'>;
  } {
    const definitions: (readonly [string, PortType])[] = [];
    const parameters: NonNullable<NonNullable<IrDag['outputs']>['parameters']> = {};
    const artifacts: NonNullable<NonNullable<IrDag['outputs']>['artifacts']> = {};
    for (const [channel, of] of this.#collected.get(node.key) ?? []) {
      if (of.kind !== 'output' && of.kind !== 'collected')
        throw definitionFault(`${node.key} collects ${channel}, which is no output of a task`);
      const producerSubtask = of.kind === 'output' ? of.task : of.loop;
      const outputKey = of.kind === 'output' ? of.output : this.#channel(of);
      if (
        String(this.#homes.get(producerSubtask)) !== String([...(this.#homes.get(node.key) ?? []), node.key])
      )
        throw definitionFault(
          `loop ${node.name} collects an output of ${producerSubtask}, which is not directly in it`,
        );
      if (isParameterType(of.type)) {
        definitions.push([channel, 'list']);
        parameters[channel] = { valueFromParameter: { producerSubtask, outputParameterKey: outputKey } };
      } else {
        definitions.push([channel, of.type.endsWith('[]') ? of.type : (`${of.type}[]` as PortType)]);
        artifacts[channel] = { artifactSelectors: [{ producerSubtask, outputArtifactKey: outputKey }] };
      }
    }
    const outputs = inputsOf(parameters, artifacts).inputs;
    return { definitions, dag: outputs ? { outputs } : {} };
  }

  /** How the tasks of `scope` get a value; carries it through the groups in between. */
  #source(reference: ReferenceNode, scope: Scope, upstream: Set<string>, where: string): Source {
    const home = this.#homeOf(reference);
    if (home.some((group, depth) => scope.path[depth] !== group))
      throw definitionFault(
        `${where} uses ${this.#channel(reference).replace('pipelinechannel--', '')}, which exists only inside ${home.at(-1)}; use what the loop collects`,
      );
    const channel = this.#channel(reference);
    const parameter = isParameterType(reference.type);
    if (home.length < scope.path.length && scope.parent) {
      if (!scope.inputs.has(channel))
        scope.inputs.set(channel, {
          type: reference.type,
          source: this.#source(reference, scope.parent, scope.upstream, where),
        });
      return parameter
        ? { parameter: { componentInputParameter: channel } }
        : { artifact: { componentInputArtifact: channel } };
    }
    const dataset = reference.kind === 'parameter' ? this.#datasets.get(reference.name) : undefined;
    if (dataset !== undefined) {
      upstream.add(dataset);
      return {
        artifact: { taskOutputArtifact: { producerTask: dataset, outputArtifactKey: importedArtifact } },
      };
    }
    if (reference.kind === 'parameter') return { parameter: { componentInputParameter: reference.name } };
    if (reference.kind === 'item')
      return parameter
        ? { parameter: { componentInputParameter: channel } }
        : { artifact: { componentInputArtifact: channel } };
    if (reference.kind === 'text') throw definitionFault(`${where} uses a text where only a value can stand`);
    const producerTask = reference.kind === 'output' ? reference.task : reference.loop;
    const key = reference.kind === 'output' ? reference.output : channel;
    upstream.add(producerTask);
    return parameter
      ? { parameter: { taskOutputParameter: { producerTask, outputParameterKey: key } } }
      : { artifact: { taskOutputArtifact: { producerTask, outputArtifactKey: key } } };
  }

  /** Waiting across groups is waiting between the groups that stand beside each other. */
  #wait(node: Node, scope: Scope, upstream: Set<string>): void {
    for (const other of node.after) {
      const own = [...scope.path, node.key];
      const theirs = [...(this.#homes.get(other) ?? []), other];
      const depth = own.findIndex((group, index) => group !== theirs[index]);
      const beside = theirs[depth];
      if (depth === -1 || beside === undefined)
        throw definitionFault(`${node.key} waits for ${other}, and one of them is inside the other`);
      let group: Scope | null = scope;
      while (group && group.path.length > depth + 1) group = group.parent;
      (depth === scope.path.length ? upstream : (group?.upstream ?? upstream)).add(beside);
    }
  }

  #homeOf(reference: ReferenceNode): readonly string[] {
    switch (reference.kind) {
      case 'parameter':
      case 'text':
        return [];
      case 'output':
        return this.#homes.get(reference.task) ?? [];
      case 'item':
        return [...(this.#homes.get(reference.loop) ?? []), reference.loop];
      case 'collected':
        return this.#homes.get(reference.loop) ?? [];
    }
  }

  #channel(reference: ReferenceNode): string {
    return channelOf(reference, (loop) => this.#itemInputs.get(loop) ?? loop);
  }
}

/** Constants are checked to be JSON when the pipeline is defined; this also cuts their ties to the caller. */
function jsonOf(value: unknown) {
  return JSON.parse(JSON.stringify(value));
}
