import type { Pair, RunComparison } from '@visavox/core/run-comparison';
import { table } from '../table.ts';

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
