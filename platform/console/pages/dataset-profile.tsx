import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetProfile } from '../api/calls.ts';
import type { ColumnProfile, DatasetProfile, TablesProfile } from '../api/types.ts';
import { Histogram } from '../components/histogram.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useFormat } from '../text/format.ts';

const ASK_AGAIN_MS = 1000;
const shownColumns = 200;
const shownValues = 3;
const shownNotes = 20;
const reasons = {
  erased: 'columns.why_erased',
  'too-large': 'columns.why_too_large',
  unreadable: 'columns.why_unreadable',
} as const;

/** What is in a version: the columns of its tables, and the labels of its files. Nothing where it has neither. */
export function DatasetProfileCards({ digest }: { digest: string }) {
  const { t } = useTranslation('console');
  const asked = useQuery({
    queryKey: ['profile', digest],
    queryFn: () => datasetProfile(digest),
    refetchInterval: ({ state }) => (state.data && 'state' in state.data ? ASK_AGAIN_MS : false),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (asked.isError) return <ProblemNotice error={asked.error} />;
  if (!asked.data || 'state' in asked.data)
    return (
      <p className="muted" role="status">
        {t('columns.computing')}
      </p>
    );
  const { tables, labels, items } = asked.data;
  return (
    <>
      {tables && <Columns tables={tables} />}
      {labels.length > 0 && <Labels labels={labels} items={items} />}
    </>
  );
}

function Columns({ tables }: { tables: TablesProfile }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const shown = tables.columns.slice(0, shownColumns);
  const more = tables.columns.length - shown.length + tables.columnsLeftOut;
  return (
    <section className="card stack" aria-labelledby="columns">
      <div className="stack tight">
        <h2 id="columns">{t('columns.title')}</h2>
        <p className="muted">
          {t('columns.text', { count: tables.read.count, rows: format.number(tables.rows) })}
        </p>
      </div>
      <Notes tables={tables} />
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        <section className="table" aria-label={t('columns.table', { what: t('columns.title') })} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('columns.column')}</th>
                <th scope="col">{t('columns.type')}</th>
                <th scope="col" className="number">
                  {t('columns.missing')}
                </th>
                <th scope="col" className="number">
                  {t('columns.distinct')}
                </th>
                <th scope="col">{t('columns.values')}</th>
                <th scope="col">{t('columns.distribution')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((column) => (
                <ColumnRow key={column.name} column={column} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {more > 0 && <p className="muted">{t('columns.more', { count: more })}</p>}
    </section>
  );
}

function ColumnRow({ column }: { column: ColumnProfile }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { name, type, missing, distinct, numbers } = column;
  const histogram = numbers?.histogram;
  const [fullest, from, to] = histogram ? fullestBin(histogram) : [0, 0, 0];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{type}</td>
      <td className="number">{format.number(missing)}</td>
      <td className="number">{format.number(distinct)}</td>
      <td>
        <Values column={column} />
      </td>
      <td>
        {histogram && histogram.counts.length > 0 && (
          <Histogram
            bins={histogram}
            label={t('columns.histogram', {
              ...{ column: name, from: format.brief(from), to: format.brief(to) },
              most: format.number(fullest),
            })}
          />
        )}
      </td>
    </tr>
  );
}

/** How many there are where most are, and between what. */
function fullestBin({ bounds, counts }: { bounds: number[]; counts: number[] }): [number, number, number] {
  const most = Math.max(...counts);
  const index = counts.indexOf(most);
  return [most, bounds[index] ?? 0, bounds[index + 1] ?? 0];
}

function Values({ column: { numbers, period, frequent, distinct } }: { column: ColumnProfile }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  if (period) return t('columns.period', period);
  if (!numbers) return <Frequent values={frequent} distinct={distinct} />;
  const { mean, standardDeviation, min, max } = numbers;
  if (min === null || max === null) return '–';
  const figure = (value: number | null) => (value === null ? '–' : format.brief(value));
  return (
    <span className="numbers">
      {mean !== null && `${figure(mean)} ± ${figure(standardDeviation)}, `}
      {t('columns.range', { from: figure(min), to: figure(max) })}
    </span>
  );
}

function Frequent({ values, distinct }: { values: ColumnProfile['frequent']; distinct: number }) {
  const format = useFormat();
  const shown = values.slice(0, shownValues);
  const text = shown.map(({ value, count }) => `${value} (${format.number(count)})`).join(', ');
  return <>{distinct > shown.length ? `${text}, …` : text}</>;
}

/** Files that were not read, and those whose columns are not those of the others. */
function Notes({ tables: { unread, schemaDifferences } }: { tables: TablesProfile }) {
  const { t } = useTranslation('console');
  const differences = schemaDifferences.flatMap(({ column, usual, items }) =>
    items.map(({ item, type }) => ({ column, item, usual: usual ?? '–', type: type ?? '–' })),
  );
  const notes = [
    ...unread.map(({ item, line, why, reason }) => ({
      key: item,
      text: reason ?? t(reasons[why]),
      where: line === null ? item : t('columns.line', { item, line: String(line) }),
    })),
    ...differences.map((one) => ({
      key: `${one.item} ${one.column}`,
      text: t('columns.differs', { column: one.column, type: one.type, usual: one.usual }),
      where: one.item,
    })),
  ];
  if (notes.length === 0) return null;
  return (
    <div className="notice warn">
      <strong>{t('columns.notes')}</strong>
      <ul>
        {notes.slice(0, shownNotes).map(({ key, where, text }) => (
          <li key={key}>
            <code>{where}</code> {text}
          </li>
        ))}
        {notes.length > shownNotes && <li>{t('dataset.more', { count: notes.length - shownNotes })}</li>}
      </ul>
    </div>
  );
}

function Labels({ labels, items }: { labels: DatasetProfile['labels']; items: number }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <section className="card stack" aria-labelledby="labels">
      <h2 id="labels">{t('columns.labels')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="table" aria-label={t('columns.table', { what: t('columns.labels') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('columns.label')}</th>
              <th scope="col" className="number">
                {t('columns.labelled')}
              </th>
              <th scope="col" className="number">
                {t('columns.distinct')}
              </th>
              <th scope="col">{t('columns.values')}</th>
            </tr>
          </thead>
          <tbody>
            {labels.map(({ name, missing, distinct, frequent }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">{format.number(items - missing)}</td>
                <td className="number">{format.number(distinct)}</td>
                <td>
                  <Frequent values={frequent} distinct={distinct} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
