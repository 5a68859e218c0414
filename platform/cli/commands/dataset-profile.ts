import { type ColumnProfile, DatasetProfile, type TablesProfile } from '@visavox/core/dataset-profile';
import type { Digest } from '@visavox/core/digest';
import type { ProfileDifference } from '@visavox/core/profile-difference';
import { z } from 'zod';
import type { CommandContext } from '../plugin.ts';
import { sparkline } from '../sparkline.ts';
import { table } from '../table.ts';
import { computed } from './dataset-computed.ts';

type Asking = Pick<CommandContext, 'request' | 'log'>;

const beforeAfter = <T extends z.ZodType>(value: T) => z.object({ before: value, after: value });
const Named = z.array(z.object({ name: z.string(), type: z.string() }));
const Quartiles = z.object({ lower: z.number(), median: z.number(), upper: z.number() }).nullable();
const Difference = z.object({
  tables: z
    .object({
      rows: beforeAfter(z.number()),
      unread: beforeAfter(z.number()),
      added: Named,
      removed: Named,
      retyped: z.array(z.object({ name: z.string(), before: z.string(), after: z.string() })),
      columns: z.array(
        z.object({
          name: z.string(),
          type: z.string(),
          missing: beforeAfter(z.number()),
          mean: beforeAfter(z.number().nullable()).nullable(),
          quartiles: beforeAfter(Quartiles).nullable(),
          drift: z.number().nullable(),
        }),
      ),
    })
    .nullable(),
});

const shownColumns = 100;
const shownFaults = 20;
const valuesWidth = 48;
const histogramWidth = 20;

export async function askProfile(asking: Asking, digest: Digest): Promise<DatasetProfile> {
  return DatasetProfile.parse(await asked(asking, `/api/v1/datasets/${digest}/profile`));
}

/** Null unless both versions hold tables. */
export async function askProfileDifference(
  asking: Asking,
  { from, to }: { readonly from: Digest; readonly to: Digest },
): Promise<ProfileDifference | null> {
  const path = `/api/v1/datasets/${to}/profile/difference?from=${from}`;
  return Difference.parse(await asked(asking, path)).tables;
}

const asked = (asking: Asking, path: string) =>
  computed(asking, { method: 'GET', path, meanwhile: 'reading the tables' });

export function profileText({ items, bytes, mediaTypes, labels, tables }: DatasetProfile): string {
  const types = mediaTypes.map((type) => [type.mediaType, type.items, type.bytes]);
  const byLabel = labels.map((label) => [
    label.name,
    label.missing,
    label.distinct,
    values(label.frequent, label.distinct),
  ]);
  return [
    `${items} items, ${bytes} bytes`,
    ...(tables ? ['', ...tableLines(tables)] : []),
    ...(labels.length > 0 ? ['', table(['label', 'missing', 'distinct', 'values'], byLabel)] : []),
    ...['', table(['type', 'items', 'bytes'], types)],
  ].join('\n');
}

function tableLines({ rows, read, unread, columns, columnsLeftOut, schemaDifferences }: TablesProfile) {
  const shown = columns.slice(0, shownColumns);
  const more = columns.length - shown.length + columnsLeftOut;
  return [
    `${rows} rows in ${read.count} ${read.count === 1 ? 'table' : 'tables'}`,
    table(
      ['column', 'type', 'missing', 'distinct', 'values', 'distribution'],
      shown.map((column) => [
        ...[column.name, column.type, column.missing, column.distinct],
        ...[valuesOf(column), sparkline(column.numbers?.histogram.counts ?? [], histogramWidth)],
      ]),
    ),
    ...(more > 0 ? [`… and ${more} more columns`] : []),
    ...listed(unread, ({ item, line, why, reason }) =>
      line === null
        ? `not read: ${item} (${reason ?? why})`
        : `not read: ${item}, line ${line} (${reason ?? why})`,
    ),
    ...listed(
      schemaDifferences.flatMap(({ column, usual, items }) =>
        items.map((one) => ({ column, usual, ...one })),
      ),
      ({ column, usual, item, type }) =>
        `${item}: ${column} is ${type ?? 'not there'}, in most files ${usual ?? 'not there'}`,
    ),
  ];
}

function listed<T>(items: readonly T[], line: (item: T) => string): string[] {
  const rest = items.length - shownFaults;
  return [...items.slice(0, shownFaults).map(line), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}

function valuesOf({ numbers, period, frequent, distinct }: ColumnProfile): string {
  if (period) return `${period.from} to ${period.to}`;
  if (!numbers) return values(frequent, distinct);
  const { mean, standardDeviation, min, max } = numbers;
  if (min === null || max === null) return '-';
  const spread = mean === null ? '' : `${figure(mean)} ± ${figure(standardDeviation)}, `;
  return `${spread}${figure(min)} to ${figure(max)}`;
}

/** As many of them as there is room for. */
function values(frequent: ColumnProfile['frequent'], distinct: number): string {
  let text = '';
  for (const [index, { value, count }] of frequent.entries()) {
    const next = `${index === 0 ? '' : ', '}${value.replaceAll(/\s+/g, ' ').slice(0, valuesWidth)} ${count}`;
    if (text !== '' && text.length + next.length > valuesWidth) return `${text}, …`;
    text += next;
  }
  return distinct > frequent.length ? `${text}, …` : text;
}

export function profileDifferenceText({ rows, unread, ...difference }: ProfileDifference): string {
  const { added, removed, retyped, columns } = difference;
  const changed = columns.filter(
    ({ missing, mean, drift }) =>
      missing.before !== missing.after || mean?.before !== mean?.after || (drift ?? 0) > 0,
  );
  return [
    `rows ${rows.before} -> ${rows.after}`,
    ...(unread.before + unread.after > 0 ? [`tables not read ${unread.before} -> ${unread.after}`] : []),
    ...added.map(({ name, type }) => `+ column ${name} ${type}`),
    ...removed.map(({ name, type }) => `- column ${name} ${type}`),
    ...retyped.map(({ name, before, after }) => `~ column ${name} ${before} -> ${after}`),
    ...(changed.length === 0
      ? []
      : [
          table(
            ['column', 'missing', 'mean', 'quartiles', 'drift'],
            changed.map(({ name, missing, mean, quartiles, drift }) => [
              name,
              `${percent(missing.before)} -> ${percent(missing.after)}`,
              mean && `${figure(mean.before)} -> ${figure(mean.after)}`,
              quartiles && `${three(quartiles.before)} -> ${three(quartiles.after)}`,
              drift === null ? null : drift.toFixed(3),
            ]),
          ),
        ]),
  ].join('\n');
}

function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

function three(quartiles: z.infer<typeof Quartiles>): string {
  if (!quartiles) return '-';
  return [quartiles.lower, quartiles.median, quartiles.upper].map(figure).join(', ');
}

/** Four digits say enough of a statistic. */
function figure(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(4)));
}
