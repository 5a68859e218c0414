import type { Digest } from '@visavox/core/digest';
import type { RunRecord } from '@visavox/core/run';
import { metricsOf, numbersOf } from '@visavox/core/run-metrics';
import { isDataset } from './artifacts.ts';

/**
 * The dataset versions that each metric of a run was measured on: those that its task was given or, where it was given none,
 * those of the run.
 */
export function measuredOn(run: Pick<RunRecord, 'tasks' | 'pins'>): Record<string, readonly Digest[]> {
  const tasks = run.tasks.map((task) => {
    const given = Object.values(task.inputs.artifacts)
      .flat()
      .filter(isDataset)
      .map(({ digest }) => digest);
    return {
      numbers: numbersOf(task),
      name: task.name,
      datasets: given.length > 0 ? [...new Set(given)] : run.pins.datasets,
    };
  });
  return Object.fromEntries(
    Object.keys(metricsOf(run)).map((metric) => {
      const task = tasks.find(
        ({ numbers, name }) =>
          numbers.has(metric) ||
          (metric.startsWith(`${name}/`) && numbers.has(metric.slice(name.length + 1))),
      );
      return [metric, task?.datasets ?? []];
    }),
  );
}
