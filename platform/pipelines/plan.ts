import { UserError } from '@visavox/core/errors';
import type { ArtifactRecord, Bindings, Parameter } from '@visavox/core/run';
import { evaluateCondition } from './condition.ts';
import type { IrComponent, IrExecutor, IrTask, PipelineSpec } from './ir.ts';
import { upstreamOf } from './ir-check.ts';
import { type KubernetesSettings, kubernetesSettings, withNames } from './kubernetes-names.ts';
import { coerce } from './parameters.ts';
import { type ResolvedInputs, resolveInputs, type TaskOutputs } from './plan-inputs.ts';

/** What is known about a task that was started: by its path in the graph. */
export interface TaskOutcome {
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly outputs: Bindings;
  /** Why it failed. */
  readonly reason?: string | null;
}

interface PlannedBase {
  /** Path in the graph: `train`, or `embed/0/embed-shard` in the first iteration of the loop `embed`. */
  readonly name: string;
}

/** A task that has begun or is about to. */
export interface RunnableTask extends PlannedBase {
  readonly task: IrTask;
  readonly component: IrComponent;
  readonly executor: IrExecutor;
  readonly inputs: Bindings;
  /** All that its own settings may name: its parameters, and what is handed to it for them alone. */
  readonly carried: Readonly<Record<string, Parameter>>;
  /** What Kubernetes is to do for it, with the names of secrets and volumes that are known only in the run. */
  readonly kubernetes: KubernetesSettings;
}

/** A task whose inputs are all there. */
export type ReadyTask = RunnableTask & { readonly kind: 'ready' };
type StartedTask = RunnableTask & { readonly kind: 'running' | 'succeeded' | 'failed' };

type WaitingTask = PlannedBase & { readonly kind: 'waiting' };
type SkippedTask = PlannedBase & { readonly kind: 'skipped'; readonly reason: string };

export type PlannedTask =
  | ReadyTask
  | WaitingTask
  | SkippedTask
  | StartedTask
  /** It can never run: a loop over what is no list, an input that nothing gave. */
  | (PlannedBase & { readonly kind: 'impossible'; readonly reason: string });

export interface Plan {
  /** Upstream first; what is inside a loop appears once the loop's items are known. */
  readonly tasks: readonly PlannedTask[];
  /** `running` while anything is ready, running or waiting. */
  readonly state: 'running' | 'succeeded' | 'failed';
}

type State = 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';

interface Result {
  readonly state: State;
  readonly outputs: TaskOutputs;
  /** Why it was skipped or failed. */
  readonly reason?: string | undefined;
}

type GivenToTask = ResolvedInputs & Pick<RunnableTask, 'kubernetes'>;

const nothing: Bindings = { parameters: {}, artifacts: {} };

/**
 * What a run does next: a pure function of the pipeline, its parameters and the tasks started so far.
 * `job` is what a final status calls the run. Throws a UserError where a value makes the pipeline impossible (a loop over
 * what is no list).
 */
export function plan(
  spec: PipelineSpec,
  parameters: Readonly<Record<string, Parameter>>,
  outcomes: ReadonlyMap<string, TaskOutcome>,
  job = '',
): Plan {
  const planner = new Planner(spec, outcomes, job);
  const { state } = planner.dag(spec.root, { parameters: { ...parameters }, artifacts: {} }, '');
  return { tasks: planner.tasks, state: state === 'succeeded' || state === 'failed' ? state : 'running' };
}

/** The name that people see for a task: the one given to it, where it is unique and fit for a path, else its key. */
export function taskNames(tasks: Readonly<Record<string, IrTask>>): ReadonlyMap<string, string> {
  const given = Object.entries(tasks).map(([key, task]) => [key, task.taskInfo?.name ?? key] as const);
  const usable = (key: string, name: string) =>
    /^[A-Za-z0-9][\w-]{0,62}$/.test(name) &&
    !given.some(([other, theirs]) => other !== key && (theirs === name || other === name));
  return new Map(given.map(([key, name]) => [key, usable(key, name) ? name : key]));
}

class Planner {
  readonly tasks: PlannedTask[] = [];
  readonly #spec: PipelineSpec;
  readonly #outcomes: ReadonlyMap<string, TaskOutcome>;
  readonly #job: string;

  constructor(spec: PipelineSpec, outcomes: ReadonlyMap<string, TaskOutcome>, job: string) {
    this.#spec = spec;
    this.#outcomes = outcomes;
    this.#job = job;
  }

  dag(component: IrComponent, inputs: Bindings, path: string): Result {
    const dag = component.dag ?? { tasks: {} };
    const names = taskNames(dag.tasks);
    const results = new Map<string, Result>();
    const visit = (key: string): Result => {
      const known = results.get(key);
      if (known) return known;
      const task = dag.tasks[key];
      const upstream = upstreamOf(task).map((other) => [names.get(other) ?? other, visit(other)] as const);
      const place = `${path}${names.get(key)}`;
      const result = task
        ? this.#task(task, place, inputs, upstream, results)
        : { state: 'failed' as const, outputs: nothing };
      results.set(key, result);
      return result;
    };
    for (const key of Object.keys(dag.tasks)) visit(key);
    const all = [...results.values()];
    return { ...together(all), outputs: this.#dagOutputs(component, results) };
  }

  #task(
    task: IrTask,
    place: string,
    around: Bindings,
    upstream: readonly (readonly [string, Result])[],
    results: ReadonlyMap<string, Result>,
  ): Result {
    const component = this.#spec.components[task.componentRef.name] ?? {};
    const evenAfterFailure = task.triggerPolicy?.strategy === 'ALL_UPSTREAM_TASKS_COMPLETED';
    if (upstream.some(([, { state }]) => state === 'waiting' || state === 'running'))
      return this.#note({ kind: 'waiting', name: place }, component, iterates(task));
    const failed = upstream.find(([, { state }]) => state === 'failed');
    if (failed && !evenAfterFailure)
      return this.#skip(place, component, `not run, because ${failed[0]} failed`, iterates(task));
    const skipped = upstream.find(([, { state }]) => state === 'skipped');
    if (skipped && !evenAfterFailure)
      return this.#skip(
        place,
        component,
        skipped[1].reason ?? `not run, because ${skipped[0]} was skipped`,
        iterates(task),
      );
    const resolved = resolveInputs(task, component, around, {
      outputsOf: (key) => results.get(key)?.outputs,
      finalStatusOf: (key) => finalStatus(key, results.get(key), this.#job),
    });
    if (typeof resolved === 'string') return this.#impossible(place, resolved);
    const condition = task.triggerPolicy?.condition;
    const holds = condition === undefined || valueOfCondition(condition, resolved.carried);
    if (typeof holds === 'string') return this.#impossible(place, holds);
    if (!holds)
      return this.#skip(
        place,
        component,
        `not run, because its condition does not hold: ${condition}`,
        iterates(task),
      );
    const kubernetes = withNames(
      kubernetesSettings(this.#spec, component.executorLabel ?? ''),
      ({ taskOutputParameter: output, componentInputParameter: outer = '' }) =>
        output
          ? results.get(output.producerTask)?.outputs.parameters[output.outputParameterKey]
          : around.parameters[outer],
    );
    const given = { ...resolved, kubernetes };
    if (task.parameterIterator || task.artifactIterator) return this.#loop(task, component, place, given);
    return this.#run(task, component, place, given);
  }

  #run(
    task: IrTask,
    component: IrComponent,
    place: string,
    { inputs, carried, kubernetes }: GivenToTask,
  ): Result {
    if (component.dag) return this.dag(component, inputs, `${place}/`);
    const executor = this.#spec.deploymentSpec.executors[component.executorLabel ?? ''];
    if (!executor) return this.#impossible(place, 'it has no executor');
    const outcome = this.#outcomes.get(place);
    const runnable = { name: place, task, component, executor, inputs, carried, kubernetes };
    this.tasks.push({ kind: outcome?.state ?? 'ready', ...runnable });
    if (!outcome) return { state: 'running', outputs: nothing };
    const { state, outputs, reason } = outcome;
    return { state, outputs, ...(reason && { reason: `${place} failed: ${reason}` }) };
  }

  #loop(
    task: IrTask,
    component: IrComponent,
    place: string,
    { inputs, carried, kubernetes }: GivenToTask,
  ): Result {
    const iterations = iterationsOf(task, component, inputs);
    if (typeof iterations === 'string') return this.#impossible(place, iterations);
    const limit = task.iteratorPolicy?.parallelismLimit || Number.POSITIVE_INFINITY;
    const results: Result[] = [];
    for (const [index, inside] of iterations.entries()) {
      if (results.filter(({ state }) => state === 'running' || state === 'waiting').length >= limit) {
        results.push(this.#note({ kind: 'waiting', name: `${place}/${index}` }, component, false));
        continue;
      }
      const resolved = { inputs: inside, carried: { ...carried, ...inside.parameters }, kubernetes };
      results.push(this.#run(task, component, `${place}/${index}`, resolved));
    }
    return { ...together(results), outputs: collect(component, results) };
  }

  #dagOutputs(component: IrComponent, results: ReadonlyMap<string, Result>): TaskOutputs {
    const outputs: Bindings = { parameters: {}, artifacts: {} };
    for (const [name, source] of Object.entries(component.dag?.outputs?.parameters ?? {})) {
      const selectors =
        source.valueFromOneof?.parameterSelectors ??
        (source.valueFromParameter ? [source.valueFromParameter] : []);
      for (const { producerSubtask, outputParameterKey } of selectors) {
        const value = results.get(producerSubtask)?.outputs.parameters[outputParameterKey];
        if (value !== undefined) outputs.parameters[name] = value;
      }
    }
    for (const [name, { artifactSelectors }] of Object.entries(component.dag?.outputs?.artifacts ?? {})) {
      for (const { producerSubtask, outputArtifactKey } of artifactSelectors) {
        const artifacts = results.get(producerSubtask)?.outputs.artifacts[outputArtifactKey];
        if (artifacts) outputs.artifacts[name] = artifacts;
      }
    }
    return outputs;
  }

  #skip(place: string, component: IrComponent, reason: string, isLoop: boolean): Result {
    return { ...this.#note({ kind: 'skipped', name: place, reason }, component, isLoop), reason };
  }

  #impossible(name: string, reason: string): Result {
    this.tasks.push({ kind: 'impossible', name, reason });
    return { state: 'failed', outputs: nothing, reason: `${name} failed: ${reason}` };
  }

  /** Groups stand for the tasks inside them; a loop stands for itself until its items are known. */
  #note(planned: WaitingTask | SkippedTask, component: IrComponent, isLoop: boolean): Result {
    if (!component.dag || isLoop) this.tasks.push(planned);
    else {
      const names = taskNames(component.dag.tasks);
      for (const [key, task] of Object.entries(component.dag.tasks)) {
        const inside = this.#spec.components[task.componentRef.name] ?? {};
        this.#note({ ...planned, name: `${planned.name}/${names.get(key)}` }, inside, iterates(task));
      }
    }
    return { state: planned.kind, outputs: nothing };
  }
}

/** Whether it holds, or why nobody can tell. */
function valueOfCondition(condition: string, carried: ResolvedInputs['carried']): boolean | string {
  try {
    return evaluateCondition(condition, carried);
  } catch (error) {
    if (error instanceof UserError) return `${error.message}\n${error.action}`;
    throw error;
  }
}

function iterates(task: IrTask): boolean {
  return task.parameterIterator !== undefined || task.artifactIterator !== undefined;
}

/** The state of tasks taken together, and why it is one of failure. A condition that does not hold is no failure. */
function together(results: readonly Result[]): Pick<Result, 'state' | 'reason'> {
  if (results.some(({ state }) => state === 'running' || state === 'waiting')) return { state: 'running' };
  const failed = results.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return { state: 'succeeded' };
  return { state: 'failed', reason: failed.flatMap(({ reason }) => reason ?? []).join('\n') };
}

/** kfp's `PipelineTaskFinalStatus`, in the words of Kubeflow's backend: `COMPLETE`, `FAILED`, `CANCELED` of what did not run. */
function finalStatus(task: string, result: Result | undefined, job: string): Parameter | undefined {
  if (!result) return undefined;
  const failed = result.state === 'failed';
  return {
    state: failed ? 'FAILED' : result.state === 'skipped' ? 'CANCELED' : 'COMPLETE',
    pipelineJobResourceName: job,
    pipelineTaskName: task,
    error: failed ? { message: result.reason ?? '' } : {},
  };
}

function iterationsOf(task: IrTask, component: IrComponent, inputs: Bindings): readonly Bindings[] | string {
  if (task.artifactIterator) {
    const { itemInput, items } = task.artifactIterator;
    const artifacts = inputs.artifacts[items.inputArtifact] ?? [];
    return artifacts.map((artifact) => ({
      ...inputs,
      artifacts: { ...inputs.artifacts, [itemInput]: [artifact] },
    }));
  }
  const iterator = task.parameterIterator;
  if (!iterator) return [inputs];
  const { raw, inputParameter } = iterator.items;
  const list = coerce('LIST', raw ?? inputs.parameters[inputParameter ?? '']);
  if (!Array.isArray(list)) return `not run, because ${inputParameter ?? 'its items'} is no list`;
  const type = component.inputDefinitions?.parameters?.[iterator.itemInput]?.parameterType ?? 'STRING';
  const values = list.map((item) => coerce(type, item));
  const wrong = values.indexOf(undefined);
  if (wrong !== -1) return `not run, because item ${wrong} (${JSON.stringify(list[wrong])}) is no ${type}`;
  return values.map((value) => ({
    ...inputs,
    parameters: { ...inputs.parameters, ...(value !== undefined && { [iterator.itemInput]: value }) },
  }));
}

/** What a loop gives: lists of what its iterations gave, in their order; lists of artifacts are joined. */
function collect(component: IrComponent, results: readonly Result[]): TaskOutputs {
  const parameters: Record<string, Parameter> = {};
  const artifacts: Record<string, ArtifactRecord[]> = {};
  for (const name of Object.keys(component.outputDefinitions?.parameters ?? {}))
    parameters[name] = results
      .map(({ outputs }) => outputs.parameters[name])
      .filter((value) => value !== undefined);
  for (const name of Object.keys(component.outputDefinitions?.artifacts ?? {}))
    artifacts[name] = results.flatMap(({ outputs }) => outputs.artifacts[name] ?? []);
  return { parameters, artifacts };
}
