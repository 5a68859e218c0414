import type { Run, Task } from '../api/types.ts';
import { type GraphEdge, withoutShortcuts } from './graph.ts';

/** The run's tasks as they follow each other. */
export interface TaskOrder {
  /** What is known to feed what; a line that another path implies is left out. */
  readonly edges: readonly GraphEdge[];
  /** Puts tasks of which nothing is known yet behind those that have begun. */
  readonly guessed: readonly GraphEdge[];
}

/** Which task feeds which, told by the values: a task that reads what another one wrote comes after it. */
export function taskOrder({ tasks }: Pick<Run, 'tasks'>): TaskOrder {
  const writers = new Map<string, string>();
  for (const task of tasks)
    for (const value of valuesOf(task.outputs)) if (!writers.has(value)) writers.set(value, task.name);
  const edges = new Map<string, GraphEdge>();
  for (const task of tasks)
    for (const value of valuesOf(task.inputs)) {
      const from = writers.get(value);
      if (from && from !== task.name) edges.set(`${from} ${task.name}`, { from, to: task.name });
    }
  const fed = new Set([...edges.values()].map(({ to }) => to));
  const begun = tasks.filter(({ startedAt }) => startedAt !== null);
  const unknown = tasks.filter(({ name, startedAt }) => startedAt === null && !fed.has(name));
  return {
    edges: withoutShortcuts([...edges.values()]),
    guessed: unknown.flatMap(({ name: to }) => begun.map(({ name: from }) => ({ from, to }))),
  };
}

/** Digests of artifacts, and structures; a plain number or word is no proof of where it comes from. */
function valuesOf({ artifacts, parameters }: Task['inputs']): string[] {
  return [
    ...Object.values(artifacts).flatMap((list) => list.map(({ digest }) => digest)),
    ...Object.values(parameters)
      .filter((value) => typeof value === 'object' && value !== null)
      .map((value) => JSON.stringify(value)),
  ];
}
