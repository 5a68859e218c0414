import type { RunDifference } from '@visavox/api/schemas';
import { UserError } from '@visavox/core/errors';
import type { RunRecord } from '@visavox/core/run';
import { compareRuns, type Pair, type RunComparison } from '@visavox/core/run-comparison';
import { metricsOf } from '@visavox/core/run-metrics';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { CommandContext } from '../plugin.ts';
import { table } from '../table.ts';
import { getRun } from './follow-run.ts';
import { inFigures, shortId } from './list-runs.ts';

export function compareRunsCommand(runs: Command, context: (command: Command) => CommandContext): void {
  runs
    .command('compare')
    .argument('<runs...>', 'two or more: ids, beginnings of ids, or names')
    .description(
      'runs side by side, of whatever engine: parameters and metrics; of two also code, packages, data, artifacts',
    )
    .action(async (names: readonly string[], _options, command: Command) => {
      const { request, result } = context(command);
      if (names.length < 2) throw twoNeeded();
      const [a, b, ...others] = await Promise.all(names.map((name) => getRun(request, name)));
      if (!a || !b) throw twoNeeded();
      if (others.length > 0) {
        const all = [a, b, ...others];
        const runs = all.map((run) => ({
          ...{ id: run.id, name: run.name, parameters: run.pins.parameters, metrics: metricsOf(run) },
        }));
        return result({ runs }, sideBySide(all));
      }
      const { RunDifference } = await import('@visavox/api/schemas');
      const path = `/api/v1/runs/${encodeURIComponent(b.id)}/difference?from=${encodeURIComponent(a.id)}`;
      const made = RunDifference.parse(await request('GET', path));
      const comparison = compareRuns(a, b);
      result(
        { ...comparison, difference: made },
        [sideBySide([a, b]), describeDifference(made), describeComparison(comparison)].join('\n\n'),
      );
    });
}

function twoNeeded(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: 'one run cannot be compared',
    action: 'Name two or more.',
  });
}

/** Parameters and metrics, a column for each run; those that all have alike are counted. */
function sideBySide(all: readonly RunRecord[]): string {
  const rowsOf = (kind: string, values: readonly Readonly<Record<string, unknown>>[]) =>
    [...new Set(values.flatMap((value) => Object.keys(value)))]
      .map((name) => [kind, name, ...values.map((value) => shown(value[name]))])
      .filter(([, , ...cells]) => kind === 'metric' || new Set(cells).size > 1);
  const rows = [
    ...rowsOf(
      'parameter',
      all.map(({ pins }) => pins.parameters),
    ),
    ...rowsOf('metric', all.map(metricsOf)),
  ];
  const heads = all.map(({ id, name }) => name ?? shortId(id));
  if (rows.length === 0) return 'Their parameters are the same, and none has a metric.';
  return table(['', '', ...heads], rows);
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(inFigures(value));
  return value === undefined ? '-' : short(value);
}

function describeDifference({ code, packages, datasets }: z.infer<typeof RunDifference>): string {
  const files = code && [
    ...code.added.map((path) => `  + ${path}`),
    ...code.removed.map((path) => `  - ${path}`),
    ...code.changed.map(({ path, patch }) => patch?.replace(/^=+\n/, '') ?? `  ! ${path}`),
  ];
  return [
    files === null
      ? 'code: not kept of both'
      : files.length === 0
        ? 'code: the same'
        : `code:\n${files.join('\n')}`,
    ...(packages.length > 0
      ? [
          'packages:',
          ...packages.map((one) => `  ${one.task}: ${one.name} ${one.before ?? '-'} -> ${one.after ?? '-'}`),
        ]
      : []),
    ...datasets.map(
      ({ name, added, removed, changed }) =>
        `dataset ${name}: ${added} items added, ${removed} removed, ${changed} changed`,
    ),
  ].join('\n');
}

/** All that two runs made differently, by name; pins are no part of it. */
export function differencesOf({ tasks, artifacts, values }: RunComparison) {
  const of = (kind: string, pairs: readonly Pair<unknown>[]) =>
    pairs.filter(({ equal }) => !equal).map(({ name, a, b }) => ({ kind, name, a, b }));
  return [...of('task', tasks), ...of('artifact', artifacts), ...of('value', values)];
}

/** Two runs side by side for a terminal: what differs in full, what is equal as a count. */
export function describeComparison(comparison: RunComparison): string {
  const { a, b, identical, pins, tasks, artifacts, values, origins } = comparison;
  const heads = [a, b].map(({ id, engine, pipeline, state }) => `${id} (${pipeline} on ${engine}, ${state})`);
  return [
    `a  ${heads[0]}`,
    `b  ${heads[1]}`,
    '',
    section('pins', pins),
    section('states of tasks', tasks),
    section('artifacts', artifacts, true),
    section('values', values),
    conclusion(identical, origins, pins),
  ].join('\n');
}

function section(title: string, all: readonly Pair<unknown>[], inFull = false): string {
  const equal = all.filter((pair) => pair.equal).length;
  const shown = inFull ? all : all.filter((pair) => !pair.equal);
  const head = `${title}: ${equal} of ${all.length} equal\n`;
  if (shown.length === 0) return head;
  const rows = shown.map(({ name, a, b, equal: same }) => [same ? '=' : '!', name, short(a), short(b)]);
  return `${head}${table(['', title, 'a', 'b'], rows)}\n`;
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^sha256:[0-9a-f]{64}$/.test(text) ? text.slice(0, 19) : text;
}

function conclusion(identical: boolean, origins: readonly string[], pins: readonly Pair<unknown>[]): string {
  if (identical) return 'Everything that was made is the same.';
  const other = pins.filter((pair) => !pair.equal).map(({ name }) => name);
  const begins =
    origins.length === 0
      ? 'What differs was made from different inputs.'
      : `The difference begins at ${origins.join(', ')}: given the same, made something else. What comes after follows from it.`;
  return other.length === 0 ? begins : `${begins} The runs are pinned to different ${other.join(', ')}.`;
}
