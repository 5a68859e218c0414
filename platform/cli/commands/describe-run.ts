import type { RunRecord } from '@visavox/core/run';
import { seconds, table } from '../table.ts';

const BRIEF = 100;

/** What fits on a line; the whole reason stands once, below the run. */
export function inBrief(reason: string): string {
  const [line = ''] = reason.split('\n');
  return line.length <= BRIEF ? line : `${line.slice(0, BRIEF - 1)}…`;
}

function described(origin: RunRecord['origin']): string {
  if (!origin?.commit) return '';
  const { commit, branch, clean } = origin;
  return `  (${[commit.slice(0, 12), branch, clean ? null : 'with changes'].filter(Boolean).join(', ')})`;
}

/** A run for a terminal: what it is pinned to, and its tasks. */
export function describe(run: RunRecord): string {
  const pins = [
    ['pipeline', run.pins.pipeline],
    ['code', `${run.pins.code}${described(run.origin)}`],
    ['environment', run.pins.environment],
    ['datasets', run.pins.datasets.join(', ') || '-'],
    [
      'parameters',
      Object.entries(run.pins.parameters)
        .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' ') || '-',
    ],
    ['seed', String(run.pins.seed)],
  ];
  const said = [
    ['name', run.name],
    [
      'tags',
      Object.entries(run.tags ?? {})
        .map((tag) => tag.join('='))
        .join(' '),
    ],
    ['about', run.note?.replaceAll('\n', `\n${' '.repeat(15)}`)],
  ].filter(([, text]) => text);
  return [
    `${run.id}  ${run.pipeline}  ${run.state}  (${run.trigger})`,
    ...said.map(([name, text]) => `  ${name?.padEnd(12)} ${text}`),
    ...pins.map(([name, value]) => `  ${name?.padEnd(12)} ${value}`),
    ...(run.notices ?? []).map((notice) => `  ${'note'.padEnd(12)} ${notice}`),
    '',
    table(
      ['task', 'state', 'attempts', 'took', 'CPU s', 'reason'],
      run.tasks.map((task) => [
        task.name,
        task.cached ? 'cached' : task.state,
        task.attempts,
        task.startedAt ? seconds(task.startedAt, task.finishedAt) : '-',
        task.cpuSeconds?.toFixed(1),
        task.reason && inBrief(task.reason),
      ]),
    ),
    ...(run.reason ? ['', run.reason] : []),
  ].join('\n');
}
