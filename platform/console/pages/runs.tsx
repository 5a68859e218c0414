import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { type RunsWish, runPage } from '../api/calls.ts';
import type { RunState, RunSummary } from '../api/types.ts';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { Paging } from '../components/paging.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { shortId } from '../components/short-id.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { TextField } from '../components/text-field.tsx';
import { Link, navigate, queryWith, useAddress } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { RecurringCard } from './recurring-card.tsx';
import { secondsOf } from './tasks-view.tsx';

const ON_A_PAGE = 25;
const METRIC_COLUMNS = 3;
const states: readonly RunState[] = ['pending', 'running', 'canceling', 'succeeded', 'failed', 'canceled'];

/** All runs, a page at a time: found by their text, tags and state, and sorted by their metrics. */
export function RunsPage() {
  const { t } = useTranslation('console');
  const wish = wishOf(useAddress().searchParams);
  const list = useQuery({
    queryKey: ['runs', wish],
    queryFn: () => runPage(wish),
    placeholderData: keepPreviousData,
    refetchInterval: 3000,
  });
  const isFiltered = Boolean(wish.find || wish.state || wish.tag || wish.pipeline || wish.sweep);
  return (
    <>
      <PageHead title={t('runs.title')} text={t('runs.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      <RecurringCard />
      {list.data?.total === 0 && !isFiltered && (
        <Empty title={t('runs.none')} text={t('runs.none_text')} command="visavox run pipeline.ts" />
      )}
      {list.data && (list.data.total > 0 || isFiltered) && (
        <section className="card stack" aria-label={t('runs.title')}>
          <Filters wish={wish} />
          {list.data.total === 0 ? (
            <p className="muted">{t('runs.none_found')}</p>
          ) : (
            <>
              <RunTable runs={list.data.runs} wish={wish} />
              <Paging start={wish.start} found={list.data.total} size={ON_A_PAGE} />
            </>
          )}
        </section>
      )}
    </>
  );
}

function wishOf(address: URLSearchParams): RunsWish & { start: number } {
  const texts = (['find', 'pipeline', 'sweep', 'tag', 'sort'] as const).flatMap((name) => {
    const given = address.get(name);
    return given ? [[name, given] as const] : [];
  });
  const state = states.find((one) => one === address.get('state'));
  return {
    ...Object.fromEntries(texts),
    ...(state && { state }),
    order: address.get('order') === 'asc' ? 'asc' : 'desc',
    start: Math.max(0, Number.parseInt(address.get('start') ?? '0', 10) || 0),
    limit: ON_A_PAGE,
  };
}

function Filters({ wish }: { wish: RunsWish }) {
  const { t } = useTranslation('console');
  const taken = (['pipeline', 'sweep', 'tag'] as const).flatMap((name) =>
    wish[name] === undefined ? [] : [{ name, value: String(wish[name]) }],
  );
  return (
    <div className="form-row">
      <TextField
        label={t('runs.find')}
        hint={t('runs.find_hint')}
        type="search"
        value={wish.find ?? ''}
        onChange={({ target }) => navigate(queryWith({ find: target.value, start: null }), 'replace')}
      />
      <label className="field">
        {t('runs.state')}
        <select
          value={wish.state ?? ''}
          onChange={({ target }) => navigate(queryWith({ state: target.value, start: null }), 'replace')}
        >
          <option value="">{t('runs.any_state')}</option>
          {states.map((state) => (
            <option key={state} value={state}>
              {t(`state_${state}`)}
            </option>
          ))}
        </select>
      </label>
      {taken.map(({ name, value }) => (
        <Link
          key={name}
          className="button plain small"
          href={queryWith({ [name]: null, start: null })}
          aria-label={t('runs.without', { value })}
        >
          {value} ×
        </Link>
      ))}
    </div>
  );
}

function RunTable({ runs, wish }: { runs: readonly RunSummary[]; wish: RunsWish }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const metrics = columnsOf(runs, wish.sort);
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('runs.run')}</th>
            <th scope="col">{t('runs.pipeline')}</th>
            <th scope="col">{t('runs.state')}</th>
            {metrics.map((metric) => (
              <MetricHead key={metric} metric={metric} wish={wish} />
            ))}
            <th scope="col" className="optional">
              {t('runs.trigger')}
            </th>
            <th scope="col">{t('runs.started')}</th>
            <th scope="col" className="number">
              {t('runs.took')}
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <Link href={runAddress(run.id)}>{run.name ?? <code>{shortId(run.id)}</code>}</Link>
                <Tags tags={run.tags ?? {}} />
              </th>
              <td>
                <Link href={queryWith({ pipeline: run.pipeline, start: null })}>{run.pipeline}</Link>
              </td>
              <td>
                <StateBadge state={run.state} />
              </td>
              {metrics.map((metric) => (
                <td key={metric} className="number">
                  {run.metrics[metric] === undefined ? '' : format.figure(run.metrics[metric])}
                </td>
              ))}
              <td className="optional">
                {run.trigger}
                {run.reason && <span className="reason">{run.reason}</span>}
              </td>
              <td>{format.moment(run.createdAt)}</td>
              <td className="number">
                {format.duration(
                  secondsOf({ startedAt: run.createdAt, finishedAt: run.finishedAt }, Date.now()) ?? 0,
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tags({ tags }: { tags: Readonly<Record<string, string>> }) {
  const all = Object.entries(tags);
  if (all.length === 0) return null;
  return (
    <span className="reason">
      {all.map(([key, value], index) => (
        <span key={key}>
          {index > 0 && ' '}
          <Link href={queryWith({ tag: `${key}=${value}`, start: null })}>{`${key}=${value}`}</Link>
        </span>
      ))}
    </span>
  );
}

/** Sorts by its metric: the highest first, then the lowest, then as they came. */
function MetricHead({ metric, wish }: { metric: string; wish: RunsWish }) {
  const isSorted = wish.sort === metric;
  const next = isSorted
    ? wish.order === 'desc'
      ? { sort: metric, order: 'asc' }
      : { sort: null, order: null }
    : { sort: metric, order: 'desc' };
  const direction = wish.order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" className="number" aria-sort={isSorted ? direction : 'none'}>
      <Link href={queryWith({ ...next, start: null })}>
        {metric}
        {isSorted && <span aria-hidden="true">{wish.order === 'asc' ? ' ↑' : ' ↓'}</span>}
      </Link>
    </th>
  );
}

/** Metrics come in the order in which trainings are judged; the one that is sorted by is always among them. */
function columnsOf(runs: readonly RunSummary[], sort: string | undefined): readonly string[] {
  const names = runs.flatMap(({ metrics }) => Object.keys(metrics));
  return [...new Set(sort === undefined ? names : [sort, ...names])].slice(0, METRIC_COLUMNS);
}
