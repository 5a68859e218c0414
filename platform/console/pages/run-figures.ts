import type { RunDetails } from '../api/types.ts';

export interface ComparedMetric {
  readonly metric: string;
  readonly champion: number | null;
  readonly candidate: number | null;
}

export interface Comparison {
  readonly units: number;
  readonly unitName: string;
  readonly metrics: readonly ComparedMetric[];
}

/** How the candidate stands against the champion, once a task has compared them. */
export function comparisonOf(run: Pick<RunDetails, 'tasks'>): Comparison | undefined {
  const values: unknown[] = run.tasks.flatMap(({ outputs }) => Object.values(outputs.parameters));
  return values.find(isComparison);
}

function isComparison(value: unknown): value is Comparison {
  return (
    typeof value === 'object' &&
    value !== null &&
    'units' in value &&
    'unitName' in value &&
    'metrics' in value &&
    Array.isArray(value.metrics)
  );
}

export interface Figure {
  readonly task: string;
  readonly name: string;
  readonly value: number;
}

/** Every other figure that the run's tasks put out. */
export function figuresOf(run: Pick<RunDetails, 'tasks'>): readonly Figure[] {
  return run.tasks.flatMap(({ name: task, outputs }) => {
    const parameters = Object.entries(outputs.parameters).filter(([, value]) => !isComparison(value));
    const metrics = Object.values(outputs.artifacts)
      .flat()
      .filter(({ type }) => /^system\..*Metrics$/.test(type))
      .map(({ metadata }): [string, unknown] => ['', metadata]);
    return [...parameters, ...metrics].flatMap(([name, value]) =>
      numbersIn(name, value).map((figure) => ({ task, ...figure })),
    );
  });
}

function numbersIn(name: string, value: unknown): { name: string; value: number }[] {
  if (typeof value === 'number') return [{ name, value }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(name ? `${name}.${key}` : key, inner));
}
