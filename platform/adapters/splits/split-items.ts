import {
  type Assignment,
  assignUnits,
  type EarlierSplit,
  leak,
  type Moment,
  type Unit,
} from '@visavox/core/assign-units';
import type { DatasetItem } from '@visavox/core/dataset';
import type { SplitRule } from '@visavox/core/dataset-split';
import { commonest, grouped } from './groups.ts';
import { notATime, valueMissing } from './split-faults.ts';

export interface SplitItems {
  readonly assignment: Assignment;
  readonly partOf: (item: DatasetItem) => string;
}

/** Splits whole items by their labels. What has the same bytes is one unit, unless a group says what belongs together. */
export function splitItems(
  items: readonly DatasetItem[],
  rule: SplitRule,
  earlier: EarlierSplit | undefined,
): SplitItems {
  const group = rule.by === 'group' ? rule.column : rule.group;
  for (const label of [rule.column, ...(group === null ? [] : [group])]) requireLabel(items, label);
  const idOf = (item: DatasetItem) => (group === null ? item.digest : (item.labels[group] ?? ''));
  const byUnit = grouped(items, idOf);
  const momentOf = rule.by === 'time' ? moments(items, rule.column) : undefined;
  const units = [...byUnit].map(([id, those]): Unit => {
    const times = momentOf ? those.map(momentOf).sort((a, b) => a.at - b.at) : [];
    return {
      ...{ id, size: those.length, from: times[0] ?? null, to: times.at(-1) ?? null },
      stratum: rule.by === 'stratum' ? commonest(those.map(({ labels }) => labels[rule.column] ?? '')) : null,
    };
  });
  const assignment = assignUnits(units, rule, earlier);
  const partOf = (item: DatasetItem) => assignment.parts.get(idOf(item)) ?? '';
  requireApart(items, partOf);
  return { assignment, partOf };
}

function requireLabel(items: readonly DatasetItem[], label: string): void {
  const without = items.filter(({ labels }) => (labels[label] ?? '') === '');
  if (without[0]) throw valueMissing(label, without.length, without[0].key);
}

/** The same file under two groups would be learned from and tested on. */
function requireApart(items: readonly DatasetItem[], partOf: (item: DatasetItem) => string): void {
  const seen = new Map<string, DatasetItem>();
  for (const item of items) {
    const other = seen.get(item.digest);
    if (!other) seen.set(item.digest, item);
    else if (partOf(other) !== partOf(item))
      throw leak(
        `${other.key} in ${partOf(other)} and ${item.key} in ${partOf(item)} have the same content`,
        'Import the dataset with one of the two, or give both the same group.',
      );
  }
}

function moments(items: readonly DatasetItem[], label: string): (item: DatasetItem) => Moment {
  const readings = [(text: string) => (text.trim() === '' ? Number.NaN : Number(text)), dateOf];
  const textOf = ({ labels }: DatasetItem) => labels[label] ?? '';
  const reading = readings.find((read) => items.every((item) => Number.isFinite(read(textOf(item)))));
  if (!reading) {
    const wrong = items.find((item) => !Number.isFinite(dateOf(textOf(item)))) ?? items[0];
    throw notATime(label, wrong ? textOf(wrong) : '', wrong?.key ?? '');
  }
  return (item) => ({ at: reading(textOf(item)), text: textOf(item) });
}

/** Of ISO 8601 alone: what JavaScript makes of other texts depends on where it runs. */
function dateOf(text: string): number {
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
  if (!iso.test(text)) return Number.NaN;
  const withZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))
    ? text
    : `${text}${text.length > 10 ? 'Z' : ''}`;
  return Date.parse(withZone.replace(' ', 'T'));
}
