import type { IrComponent, IrTask, PipelineSpec } from '@visavox/pipelines/ir';
import { taskNames } from '@visavox/pipelines/plan';
import type { MetadataExecution } from './ml-metadata.ts';

/** A task that Kubeflow knows of: by the name that we give it. */
export interface KnownTask {
  readonly path: string;
  readonly task: IrTask;
  readonly component: IrComponent;
  readonly execution: MetadataExecution;
}

type Group =
  | { readonly kind: 'dag'; readonly prefix: string; readonly component: IrComponent }
  | { readonly kind: 'loop'; readonly path: string; readonly task: IrTask };

/**
 * Finds each execution's task in the pipeline, through the groups, loops and iterations around it. Where a
 * task was tried under several executions, the newest stands for it.
 */
export function knownTasks(
  spec: PipelineSpec,
  executions: readonly MetadataExecution[],
): ReadonlyMap<string, KnownTask> {
  const groups = new Map<number, Group>();
  const tasks = new Map<string, KnownTask>();
  for (const execution of executions) {
    if (execution.parent === null) {
      groups.set(execution.id, { kind: 'dag', prefix: '', component: spec.root });
      continue;
    }
    const group = groups.get(execution.parent);
    const place = group && placeOf(group, execution);
    if (!place) continue;
    const { path, task } = place;
    const component = spec.components[task.componentRef.name] ?? {};
    const iterates = task.parameterIterator !== undefined || task.artifactIterator !== undefined;
    if (iterates && execution.iteration === null) groups.set(execution.id, { kind: 'loop', path, task });
    else if (component.dag) groups.set(execution.id, { kind: 'dag', prefix: `${path}/`, component });
    else tasks.set(path, { path, task, component, execution });
  }
  return tasks;
}

function placeOf(group: Group, execution: MetadataExecution): { path: string; task: IrTask } | undefined {
  if (group.kind === 'loop') return { path: `${group.path}/${execution.iteration ?? 0}`, task: group.task };
  const tasks = group.component.dag?.tasks ?? {};
  const key = execution.taskName in tasks ? execution.taskName : keyOfLoop(tasks, execution.taskName);
  const task = key === undefined ? undefined : tasks[key];
  if (key === undefined || !task) return undefined;
  return { path: `${group.prefix}${taskNames(tasks).get(key)}`, task };
}

/** Kubeflow writes a loop down under the name that people see, not under its key. */
function keyOfLoop(tasks: Readonly<Record<string, IrTask>>, name: string): string | undefined {
  return Object.entries(tasks).find(
    ([, task]) => task.taskInfo?.name === name && (task.parameterIterator || task.artifactIterator),
  )?.[0];
}
