import type { RunRecord, TaskRecord } from './run.ts';

interface Named {
  readonly name: string;
  /** With the output that it is of, where another output has a number of this name. */
  readonly full: string;
  readonly value: number;
}

/**
 * The numbers among what a task gave, by name: output parameters, one level deep (`people` of the parameter `summary`
 * is called `people`), and the metadata of metrics artifacts. A comparison's candidate counts as its metric.
 */
export function numbersOf({ outputs }: Pick<TaskRecord, 'outputs'>): ReadonlyMap<string, number> {
  const parameters = Object.entries(outputs.parameters).flatMap(([output, value]): Named[] => {
    if (typeof value === 'number') return [{ name: output, full: output, value }];
    if (typeof value !== 'object' || Array.isArray(value)) return [];
    return Object.entries(value).flatMap(([field, entry]) => {
      if (typeof entry === 'number') return [named(output, field, entry)];
      return Array.isArray(entry) ? entry.flatMap((one) => comparedNumbers(output, one)) : [];
    });
  });
  const metrics = Object.entries(outputs.artifacts).flatMap(([output, artifacts]) =>
    artifacts
      .filter(({ type }) => type === 'system.Metrics')
      .flatMap(({ metadata }) => Object.entries(metadata))
      .flatMap(([name, value]) => {
        const number = numberIn(value);
        return number === undefined ? [] : [named(output, name, number)];
      }),
  );
  const all = [...parameters, ...metrics];
  const counts = new Map<string, number>();
  for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(all.map(({ name, full, value }) => [counts.get(name) === 1 ? name : full, value]));
}

/** All numbers that the tasks of a run gave, with the task's name where two gave one of the same name. */
export function metricsOf({ tasks }: Pick<RunRecord, 'tasks'>): Record<string, number> {
  const all = tasks.flatMap((task) =>
    [...numbersOf(task)].map(([name, value]) => ({ name, value, full: `${task.name}/${name}` })),
  );
  const finite = all.filter(({ value }) => Number.isFinite(value));
  const counts = new Map<string, number>();
  for (const { name } of finite) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(
    finite.map(({ name, full, value }) => [counts.get(name) === 1 ? name : full, value]),
  );
}

function named(output: string, name: string, value: number): Named {
  return { name, full: `${output}/${name}`, value };
}

/** Records are JSON, where what is no finite number has a name (as in proto3's JSON form). */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function comparedNumbers(output: string, entry: unknown): Named[] {
  if (typeof entry !== 'object' || entry === null || !('metric' in entry) || typeof entry.metric !== 'string')
    return [];
  const { metric } = entry;
  return Object.entries(entry).flatMap(([field, value]) =>
    (field === 'champion' || field === 'candidate') && typeof value === 'number'
      ? [named(output, `${metric}/${field}`, value)]
      : [],
  );
}
