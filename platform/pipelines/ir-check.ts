import { conditionFault } from './condition.ts';
import type { IrComponent, IrDag, IrTask, PipelineSpec } from './ir.ts';
import type { Place } from './place.ts';
import { isSelector } from './plan-inputs.ts';

export interface IrFault {
  readonly message: string;
  readonly place: Place;
}

/** What is inconsistent in a PipelineSpec, or undefined. Pure. */
export function findFault(spec: PipelineSpec): IrFault | undefined {
  return faultIn(spec, 'root', spec.root, []) ?? inputOfNothing(spec);
}

function faultIn(
  spec: PipelineSpec,
  name: string,
  component: IrComponent,
  above: readonly string[],
): IrFault | undefined {
  const here = placeOf(name);
  if (above.includes(name)) return { message: `component ${name} contains itself`, place: here };
  if (component.executorLabel !== undefined) {
    if (component.executorLabel in spec.deploymentSpec.executors) return undefined;
    const message = `component ${name} uses the executor ${component.executorLabel}, which is not defined`;
    return { message, place: [...here, 'executorLabel'] };
  }
  if (!component.dag) return { message: `component ${name} has neither tasks nor an executor`, place: here };
  const { dag } = component;
  for (const [key, task] of Object.entries(dag.tasks)) {
    const where = `task ${key} of ${name}`;
    const place = [...here, 'dag', 'tasks', key];
    const target = spec.components[task.componentRef.name];
    if (!target)
      return {
        message: `${where} uses the component ${task.componentRef.name}, which is not defined`,
        place: [...place, 'componentRef'],
      };
    const fault =
      faultInTask(spec, component, dag, task) ?? iteratorFault(component, task) ?? triggerFault(task);
    if (fault) return { message: `${where} ${fault.message}`, place: [...place, ...fault.place] };
    const inside = faultIn(spec, task.componentRef.name, target, [...above, name]);
    if (inside) return inside;
  }
  return faultInOutputs(spec, name, dag) ?? cycleIn(name, dag);
}

function placeOf(component: string): Place {
  return component === 'root' ? ['root'] : ['components', component];
}

/** Whoever starts a run gives parameters: neither artifacts, nor what became of a task. Components that are compiled alone ask for them. */
function inputOfNothing({ root }: PipelineSpec): IrFault | undefined {
  const { parameters = {}, artifacts = {} } = root.inputDefinitions ?? {};
  const place = ['root', 'inputDefinitions'];
  for (const [name, { parameterType }] of Object.entries(parameters))
    if (parameterType === 'TASK_FINAL_STATUS')
      return {
        message: `its parameter ${name} is the final status of a task, which only an exit handler gives`,
        place: [...place, 'parameters', name],
      };
  for (const [name, { isOptional }] of Object.entries(artifacts))
    if (!isOptional)
      return {
        message: `its input ${name} is an artifact, which only a task or an importer gives`,
        place: [...place, 'artifacts', name],
      };
  return undefined;
}

function faultInTask(spec: PipelineSpec, parent: IrComponent, dag: IrDag, task: IrTask): IrFault | undefined {
  for (const [index, upstream] of (task.dependentTasks ?? []).entries())
    if (!(upstream in dag.tasks))
      return {
        message: `waits for ${upstream}, which is no task beside it`,
        place: ['dependentTasks', index],
      };
  for (const [input, source] of Object.entries(task.inputs?.parameters ?? {})) {
    const message = parameterFault(spec, parent, dag, input, source);
    if (message) return { message, place: ['inputs', 'parameters', input] };
  }
  for (const [input, source] of Object.entries(task.inputs?.artifacts ?? {})) {
    const message = artifactFault(spec, parent, dag, input, source);
    if (message) return { message, place: ['inputs', 'artifacts', input] };
  }
  return undefined;
}

type Inputs = NonNullable<IrTask['inputs']>;

function parameterFault(
  spec: PipelineSpec,
  parent: IrComponent,
  dag: IrDag,
  input: string,
  source: NonNullable<Inputs['parameters']>[string],
): string | undefined {
  const { taskOutputParameter: output, componentInputParameter: outer, taskFinalStatus: status } = source;
  const kinds = [output, source.runtimeValue, outer, status].filter((kind) => kind !== undefined).length;
  if (kinds !== 1) return `has an input parameter ${input} with ${kinds} sources instead of one`;
  if (output && !outputsOf(spec, dag, output.producerTask)?.parameters?.[output.outputParameterKey])
    return `reads the parameter ${output.outputParameterKey} of ${output.producerTask}, which does not exist`;
  if (status && !(status.producerTask in dag.tasks))
    return `asks what became of ${status.producerTask}, which is no task beside it`;
  const selector = source.parameterExpressionSelector;
  if (selector !== undefined && !isSelector(selector))
    return `picks a part of ${input} by ${selector}, which is none of the ways that are known here`;
  // The SDK (2.17) forgets to declare loop items of outer loops; Kubeflow ignores such inputs, and so do we.
  if (outer && !parent.inputDefinitions?.parameters?.[outer] && !outer.includes('loop-item'))
    return `reads the parameter ${outer}, which is not an input of what surrounds it`;
  return undefined;
}

function artifactFault(
  spec: PipelineSpec,
  parent: IrComponent,
  dag: IrDag,
  input: string,
  source: NonNullable<Inputs['artifacts']>[string],
): string | undefined {
  const { taskOutputArtifact: output, componentInputArtifact: outer } = source;
  if (!output && !outer) return `has an input artifact ${input} without a source`;
  if (output && !outputsOf(spec, dag, output.producerTask)?.artifacts?.[output.outputArtifactKey])
    return `reads the artifact ${output.outputArtifactKey} of ${output.producerTask}, which does not exist`;
  if (outer && !parent.inputDefinitions?.artifacts?.[outer])
    return `reads the artifact ${outer}, which is not an input of what surrounds it`;
  return undefined;
}

function iteratorFault(parent: IrComponent, task: IrTask): IrFault | undefined {
  const { raw, inputParameter } = task.parameterIterator?.items ?? {};
  const place = ['parameterIterator'];
  if (task.parameterIterator && (raw === undefined) === (inputParameter === undefined))
    return { message: 'iterates over neither a list nor a parameter', place };
  if (inputParameter !== undefined) {
    const known =
      task.inputs?.parameters?.[inputParameter] ?? parent.inputDefinitions?.parameters?.[inputParameter];
    if (!known) return { message: `iterates over ${inputParameter}, which is not one of its inputs`, place };
  }
  return undefined;
}

function triggerFault(task: IrTask): IrFault | undefined {
  const condition = task.triggerPolicy?.condition;
  const message = condition === undefined ? undefined : conditionFault(condition);
  return message ? { message, place: ['triggerPolicy', 'condition'] } : undefined;
}

function faultInOutputs(spec: PipelineSpec, name: string, dag: IrDag): IrFault | undefined {
  const place = [...placeOf(name), 'dag', 'outputs'];
  for (const [output, source] of Object.entries(dag.outputs?.parameters ?? {})) {
    const selectors =
      source.valueFromOneof?.parameterSelectors ??
      (source.valueFromParameter ? [source.valueFromParameter] : []);
    for (const { producerSubtask, outputParameterKey } of selectors)
      if (!outputsOf(spec, dag, producerSubtask)?.parameters?.[outputParameterKey])
        return {
          message: `output ${output} of ${name} comes from ${producerSubtask}.${outputParameterKey}, which does not exist`,
          place: [...place, 'parameters', output],
        };
  }
  for (const [output, source] of Object.entries(dag.outputs?.artifacts ?? {}))
    for (const { producerSubtask, outputArtifactKey } of source.artifactSelectors)
      if (!outputsOf(spec, dag, producerSubtask)?.artifacts?.[outputArtifactKey])
        return {
          message: `output ${output} of ${name} comes from ${producerSubtask}.${outputArtifactKey}, which does not exist`,
          place: [...place, 'artifacts', output],
        };
  return undefined;
}

function outputsOf(spec: PipelineSpec, dag: IrDag, key: string): IrComponent['outputDefinitions'] {
  const task = dag.tasks[key];
  return task && spec.components[task.componentRef.name]?.outputDefinitions;
}

function cycleIn(name: string, dag: IrDag): IrFault | undefined {
  const finished = new Set<string>();
  const visit = (key: string, path: readonly string[]): IrFault | undefined => {
    if (finished.has(key)) return undefined;
    if (path.includes(key))
      return {
        message: `the tasks of ${name} wait for each other: ${[...path.slice(path.indexOf(key)), key].join(' -> ')}`,
        place: [...placeOf(name), 'dag', 'tasks', key],
      };
    for (const upstream of upstreamOf(dag.tasks[key])) {
      const cycle = visit(upstream, [...path, key]);
      if (cycle) return cycle;
    }
    finished.add(key);
    return undefined;
  };
  for (const key of Object.keys(dag.tasks)) {
    const cycle = visit(key, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The tasks beside it that a task waits for: named ones, and those whose outputs or final status it reads. */
export function upstreamOf(task: IrTask | undefined): readonly string[] {
  const named = task?.dependentTasks ?? [];
  const parameters = Object.values(task?.inputs?.parameters ?? {}).map(
    (source) => (source.taskOutputParameter ?? source.taskFinalStatus)?.producerTask,
  );
  const artifacts = Object.values(task?.inputs?.artifacts ?? {}).map(
    (source) => source.taskOutputArtifact?.producerTask,
  );
  return [...new Set([...named, ...parameters, ...artifacts].filter((key) => key !== undefined))];
}
