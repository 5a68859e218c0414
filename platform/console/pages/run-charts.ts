import type { RunCurves } from '../api/types.ts';
import type { ChartLine } from '../components/line-scale.ts';

type Task = RunCurves['tasks'][number];
type Metric = Task['metrics'][number];

export interface RunChart {
  readonly name: string;
  readonly axis: 'epoch' | 'step' | 'seconds';
  readonly unit: string | null;
  readonly lines: readonly ChartLine[];
}

export interface LoggedOnce {
  readonly task: string;
  readonly name: string;
  readonly value: number;
}

interface Drawn {
  readonly task: Task;
  readonly metric: Metric;
}

/** A chart for what is looked at together: the metrics of one name, of all tasks, with `val_loss` beside `loss`. */
export function chartsOf({ tasks }: Pick<RunCurves, 'tasks'>): {
  readonly charts: readonly RunChart[];
  readonly once: readonly LoggedOnce[];
} {
  const all = tasks.flatMap((task) => task.metrics.map((metric): Drawn => ({ task, metric })));
  const groups = new Map<string, Drawn[]>();
  for (const one of all.filter(({ metric }) => metric.points.length > 1)) {
    const key = JSON.stringify([one.metric.chart, hasSteps(one.metric)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const drawnTasks = [...new Set([...groups.values()].flat().map(({ task }) => task.name))];
  return {
    charts: [...groups.values()].map((group) => chartOf(group, drawnTasks)),
    once: all.flatMap(({ task, metric: { name, points } }) =>
      points.length === 1 ? [{ task: task.name, name, value: Number(points[0]?.value) }] : [],
    ),
  };
}

function hasSteps({ points }: Metric): boolean {
  return points.some(({ step }) => step !== points[0]?.step);
}

function chartOf(group: readonly Drawn[], tasks: readonly string[]): RunChart {
  const name = group[0]?.metric.chart ?? '';
  const stepped = group.every(({ metric }) => hasSteps(metric));
  const names = [...new Set(group.map(({ metric }) => metric.name))];
  return {
    name,
    axis: stepped ? (group.every(({ task }) => task.stepsAre === 'epoch') ? 'epoch' : 'step') : 'seconds',
    unit: unitOf(name),
    lines: group.map(({ task, metric }): ChartLine => {
      const named = names.length > 1 || metric.name !== name ? [metric.name] : [];
      const label = [...(tasks.length > 1 ? [task.name] : []), ...named].join(' ') || metric.name;
      return {
        ...{ key: JSON.stringify([task.name, metric.name]), label },
        // Among several tasks the colour tells the task; the lines of one are told apart by colour and dashes.
        colour: tasks.length > 1 ? tasks.indexOf(task.name) : names.indexOf(metric.name),
        dashed: metric.name !== name && names.includes(name),
        points: metric.points.map(({ step, value, time }) => ({
          x: stepped ? step : secondsSince(task, metric, time),
          y: Number(value),
        })),
      };
    }),
  };
}

/** Since the task began or, where it was taken from another run, since the first point. */
function secondsSince(task: Task, { points }: Metric, time: string): number {
  const began = task.cached ? points[0]?.time : (task.startedAt ?? points[0]?.time);
  return (Date.parse(time) - Date.parse(began ?? time)) / 1000;
}

/** Where the name of a metric says it. */
function unitOf(name: string): string | null {
  const [, word = ''] =
    /(?:^|[_ /.])(seconds|secs|sec|ms|milliseconds|percent|pct|bytes|mb|gb)$/i.exec(name) ?? [];
  switch (word.toLowerCase()) {
    case 'seconds':
    case 'secs':
    case 'sec':
      return 's';
    case 'ms':
    case 'milliseconds':
      return 'ms';
    case 'percent':
    case 'pct':
      return '%';
    case 'bytes':
      return 'B';
    case 'mb':
    case 'gb':
      return word.toUpperCase();
    default:
      return null;
  }
}
