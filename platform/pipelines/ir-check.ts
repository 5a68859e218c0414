import type { IrComponent, IrDag, IrTask, PipelineSpec } from './ir.ts';

/** What is inconsistent in a PipelineSpec, in words, or undefined. Pure. */
export function findFault(spec: PipelineSpec): string | undefined {
  return faultIn(spec, 'root', spec.root, []);
}

function faultIn(
  spec: PipelineSpec,
  name: string,
  component: IrComponent,
  above: readonly string[],
): string | undefined {
  if (above.includes(name)) return `component ${name} contains itself`;
  if (component.executorLabel !== undefined) {
    return component.executorLabel in spec.deploymentSpec.executors
      ? undefined
      : `component ${name} uses the executor ${component.executorLabel}, which is not defined`;
  }
  if (!component.dag) return `component ${name} has neither tasks nor an executor`;
  const { dag } = component;
  for (const [key, task] of Object.entries(dag.tasks)) {
    const where = `task ${key} of ${name}`;
    const target = spec.components[task.componentRef.name];
    if (!target) return `${where} uses the component ${task.componentRef.name}, which is not defined`;
    const fault = faultInTask(spec, component, dag, task) ?? iteratorFault(component, task);
    if (fault) return `${where} ${fault}`;
    const inside = faultIn(spec, task.componentRef.name, target, [...above, name]);
    if (inside) return inside;
  }
  return faultInOutputs(spec, name, dag) ?? cycleIn(name, dag);
}

function faultInTask(spec: PipelineSpec, parent: IrComponent, dag: IrDag, task: IrTask): string | undefined {
  for (const upstream of task.dependentTasks ?? [])
    if (!(upstream in dag.tasks)) return `waits for ${upstream}, which is no task beside it`;
  for (const [input, source] of Object.entries(task.inputs?.parameters ?? {})) {
    const { taskOutputParameter: output, componentInputParameter: outer } = source;
    const kinds = [output, source.runtimeValue, outer].filter((kind) => kind !== undefined).length;
    if (kinds !== 1) return `has an input parameter ${input} with ${kinds} sources instead of one`;
    if (output && !outputsOf(spec, dag, output.producerTask)?.parameters?.[output.outputParameterKey])
      return `reads the parameter ${output.outputParameterKey} of ${output.producerTask}, which does not exist`;
    // The SDK (2.17) forgets to declare loop items of outer loops; Kubeflow ignores such inputs, and so do we.
    if (outer && !parent.inputDefinitions?.parameters?.[outer] && !outer.includes('loop-item'))
      return `reads the parameter ${outer}, which is not an input of what surrounds it`;
  }
  for (const [input, source] of Object.entries(task.inputs?.artifacts ?? {})) {
    const { taskOutputArtifact: output, componentInputArtifact: outer } = source;
    if (!output && !outer) return `has an input artifact ${input} without a source`;
    if (output && !outputsOf(spec, dag, output.producerTask)?.artifacts?.[output.outputArtifactKey])
      return `reads the artifact ${output.outputArtifactKey} of ${output.producerTask}, which does not exist`;
    if (outer && !parent.inputDefinitions?.artifacts?.[outer])
      return `reads the artifact ${outer}, which is not an input of what surrounds it`;
  }
  return undefined;
}

function iteratorFault(parent: IrComponent, task: IrTask): string | undefined {
  const { raw, inputParameter } = task.parameterIterator?.items ?? {};
  if (task.parameterIterator && (raw === undefined) === (inputParameter === undefined))
    return 'iterates over neither a list nor a parameter';
  if (inputParameter !== undefined) {
    const known =
      task.inputs?.parameters?.[inputParameter] ?? parent.inputDefinitions?.parameters?.[inputParameter];
    if (!known) return `iterates over ${inputParameter}, which is not one of its inputs`;
  }
  return undefined;
}

function faultInOutputs(spec: PipelineSpec, name: string, dag: IrDag): string | undefined {
  for (const [output, source] of Object.entries(dag.outputs?.parameters ?? {})) {
    const selectors =
      source.valueFromOneof?.parameterSelectors ??
      (source.valueFromParameter ? [source.valueFromParameter] : []);
    for (const { producerSubtask, outputParameterKey } of selectors)
      if (!outputsOf(spec, dag, producerSubtask)?.parameters?.[outputParameterKey])
        return `output ${output} of ${name} comes from ${producerSubtask}.${outputParameterKey}, which does not exist`;
  }
  for (const [output, source] of Object.entries(dag.outputs?.artifacts ?? {}))
    for (const { producerSubtask, outputArtifactKey } of source.artifactSelectors)
      if (!outputsOf(spec, dag, producerSubtask)?.artifacts?.[outputArtifactKey])
        return `output ${output} of ${name} comes from ${producerSubtask}.${outputArtifactKey}, which does not exist`;
  return undefined;
}

function outputsOf(spec: PipelineSpec, dag: IrDag, key: string): IrComponent['outputDefinitions'] {
  const task = dag.tasks[key];
  return task && spec.components[task.componentRef.name]?.outputDefinitions;
}

function cycleIn(name: string, dag: IrDag): string | undefined {
  const finished = new Set<string>();
  const visit = (key: string, path: readonly string[]): string | undefined => {
    if (finished.has(key)) return undefined;
    if (path.includes(key))
      return `the tasks of ${name} wait for each other: ${[...path.slice(path.indexOf(key)), key].join(' -> ')}`;
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

/** The tasks beside it that a task waits for: named ones and those whose outputs it reads. */
export function upstreamOf(task: IrTask | undefined): readonly string[] {
  const named = task?.dependentTasks ?? [];
  const parameters = Object.values(task?.inputs?.parameters ?? {}).map(
    (source) => source.taskOutputParameter?.producerTask,
  );
  const artifacts = Object.values(task?.inputs?.artifacts ?? {}).map(
    (source) => source.taskOutputArtifact?.producerTask,
  );
  return [...new Set([...named, ...parameters, ...artifacts].filter((key) => key !== undefined))];
}
