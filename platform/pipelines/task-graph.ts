import type { IrComponent, IrTask, PipelineSpec } from './ir.ts';
import { upstreamOf } from './ir-check.ts';
import { taskNames } from './plan.ts';

/** `to` waits for `from`, or reads what it gave. Both are names of tasks in a run. */
export interface TaskEdge {
  readonly from: string;
  readonly to: string;
}

/** What is known of a task, or of a group of tasks: which tasks inside end it, and which give each of its outputs. */
interface Place {
  readonly ends: readonly string[];
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

/**
 * How the tasks of a run follow each other, as its pipeline says: the same whether they were run, skipped or have not
 * begun. `names` are those of the run's tasks; a loop whose items are not known yet is one of them.
 */
export function taskEdges(spec: PipelineSpec, names: readonly string[]): readonly TaskEdge[] {
  const graph = new TaskGraph(spec, names);
  graph.group(spec.root, '', { before: [], inputs: new Map() });
  return graph.edges;
}

interface Around {
  /** Tasks that everything inside waits for. */
  readonly before: readonly string[];
  /** By input of the group: the tasks that give it. */
  readonly inputs: ReadonlyMap<string, readonly string[]>;
}

class TaskGraph {
  readonly #edges = new Map<string, TaskEdge>();
  readonly #spec: PipelineSpec;
  readonly #names: ReadonlySet<string>;

  constructor(spec: PipelineSpec, names: readonly string[]) {
    this.#spec = spec;
    this.#names = new Set(names);
  }

  get edges(): readonly TaskEdge[] {
    return [...this.#edges.values()];
  }

  group(component: IrComponent, path: string, around: Around): Place {
    const tasks = component.dag?.tasks ?? {};
    const names = taskNames(tasks);
    const places = new Map<string, Place>();
    const followed = new Set<string>();
    const visit = (key: string): Place => {
      const known = places.get(key);
      if (known) return known;
      const task = tasks[key];
      const upstream = new Map(upstreamOf(task).map((other) => [other, visit(other)]));
      for (const other of upstream.keys()) followed.add(other);
      const before = [...upstream.values()].flatMap(({ ends }) => ends);
      const place: Place = task
        ? this.#task(task, `${path}${names.get(key)}`, {
            before: before.length > 0 ? before : around.before,
            inputs: sourcesOf(task, upstream, around.inputs),
          })
        : { ends: [], outputs: new Map() };
      places.set(key, place);
      return place;
    };
    for (const key of Object.keys(tasks)) visit(key);
    const last = [...places].filter(([key]) => !followed.has(key)).flatMap(([, { ends }]) => ends);
    return { ends: last, outputs: outputsOf(component, places) };
  }

  #task(task: IrTask, place: string, around: Around): Place {
    const component = this.#spec.components[task.componentRef.name] ?? {};
    const iterations = this.#iterations(place);
    const isLoop = task.parameterIterator !== undefined || task.artifactIterator !== undefined;
    if (this.#names.has(place) || (isLoop && iterations.length === 0)) return this.#leaf(place, around);
    const parts = (isLoop ? iterations.map((index) => `${place}/${index}`) : [place]).map((part) =>
      component.dag && !this.#names.has(part)
        ? this.group(component, `${part}/`, around)
        : this.#leaf(part, around),
    );
    const outputs = new Map<string, string[]>();
    for (const part of parts)
      for (const [name, from] of part.outputs) outputs.set(name, [...(outputs.get(name) ?? []), ...from]);
    return { ends: parts.flatMap(({ ends }) => ends), outputs };
  }

  #leaf(name: string, { before, inputs }: Around): Place {
    if (!this.#names.has(name)) return { ends: before, outputs: new Map() };
    for (const from of [...before, ...[...inputs.values()].flat()])
      if (from !== name) this.#edges.set(`${from} ${name}`, { from, to: name });
    return { ends: [name], outputs: new Map() };
  }

  /** The indices of a loop's iterations that the run knows. */
  #iterations(place: string): readonly number[] {
    const found = new Set<number>();
    for (const name of this.#names) {
      const index = name.startsWith(`${place}/`) ? /^\d+/.exec(name.slice(place.length + 1)) : null;
      if (index) found.add(Number(index[0]));
    }
    return [...found].sort((a, b) => a - b);
  }
}

/** By input: the tasks that give its value; beside the task, or outside of the group. */
function sourcesOf(
  task: IrTask,
  upstream: ReadonlyMap<string, Place>,
  outside: Around['inputs'],
): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, readonly string[]>();
  const given = (producer: string, output: string) => {
    const place = upstream.get(producer);
    return place?.outputs.get(output) ?? place?.ends ?? [];
  };
  for (const [name, { taskOutputParameter: output, componentInputParameter: outer }] of Object.entries(
    task.inputs?.parameters ?? {},
  ))
    sources.set(
      name,
      output ? given(output.producerTask, output.outputParameterKey) : (outside.get(outer ?? '') ?? []),
    );
  for (const [name, { taskOutputArtifact: output, componentInputArtifact: outer }] of Object.entries(
    task.inputs?.artifacts ?? {},
  ))
    sources.set(
      name,
      output ? given(output.producerTask, output.outputArtifactKey) : (outside.get(outer ?? '') ?? []),
    );
  const { inputParameter } = task.parameterIterator?.items ?? {};
  const { itemInput } = task.parameterIterator ?? {};
  const items = sources.get(inputParameter ?? '') ?? outside.get(inputParameter ?? '');
  if (itemInput && items) sources.set(itemInput, items);
  return sources;
}

function outputsOf(component: IrComponent, places: ReadonlyMap<string, Place>): Place['outputs'] {
  const outputs = new Map<string, readonly string[]>();
  const from = (producer: string, output: string) =>
    places.get(producer)?.outputs.get(output) ?? places.get(producer)?.ends ?? [];
  for (const [name, source] of Object.entries(component.dag?.outputs?.parameters ?? {})) {
    const selectors =
      source.valueFromOneof?.parameterSelectors ??
      (source.valueFromParameter ? [source.valueFromParameter] : []);
    outputs.set(
      name,
      selectors.flatMap((one) => from(one.producerSubtask, one.outputParameterKey)),
    );
  }
  for (const [name, { artifactSelectors }] of Object.entries(component.dag?.outputs?.artifacts ?? {}))
    outputs.set(
      name,
      artifactSelectors.flatMap((one) => from(one.producerSubtask, one.outputArtifactKey)),
    );
  return outputs;
}
