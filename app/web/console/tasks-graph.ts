import type { Run, Task } from '../api/types.ts';
import type { GraphEdge } from './graph.ts';

/**
 * Which task feeds which, told by the bytes: a task that reads what another one wrote comes after it.
 * Of several writers of the same bytes the first counts.
 */
export function taskEdges(run: Pick<Run, 'tasks'>): readonly GraphEdge[] {
  const writers = new Map<string, string>();
  for (const task of run.tasks)
    for (const digest of digestsOf(task.outputs)) if (!writers.has(digest)) writers.set(digest, task.name);
  const edges = new Map<string, GraphEdge>();
  for (const task of run.tasks)
    for (const digest of digestsOf(task.inputs)) {
      const from = writers.get(digest);
      if (from && from !== task.name) edges.set(`${from} ${task.name}`, { from, to: task.name });
    }
  return [...edges.values()];
}

function digestsOf(bindings: Task['inputs']): string[] {
  return Object.values(bindings.artifacts).flatMap((list) => list.map(({ digest }) => digest));
}

/** Every figure that the run's tasks put out, by name. */
export function metricsOf(run: Pick<Run, 'tasks'>): readonly { task: string; name: string; value: number }[] {
  return run.tasks.flatMap((task) => [
    ...figures(task.name, task.outputs.parameters),
    ...Object.values(task.outputs.artifacts)
      .flat()
      .filter(({ type }) => type.startsWith('system.') && type.includes('Metrics'))
      .flatMap(({ metadata }) => figures(task.name, metadata)),
  ]);
}

function figures(task: string, values: Readonly<Record<string, unknown>>) {
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'number' ? [{ task, name, value }] : [],
  );
}
