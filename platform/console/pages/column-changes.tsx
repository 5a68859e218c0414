import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { profileDifference } from '../api/calls.ts';
import type { ColumnDifference, ProfileDifference } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useFormat } from '../text/format.ts';

const ASK_AGAIN_MS = 1000;
const shownColumns = 200;
/** By the usual rule of thumb for the population stability index. */
const muchDrift = 0.25;

/** What is otherwise in the tables of a version than in those of another; nothing unless both have some. */
export function ColumnChanges({ digest, since }: { digest: string; since: string }) {
  const { t } = useTranslation('console');
  const asked = useQuery({
    queryKey: ['profile-difference', digest, since],
    queryFn: () => profileDifference(digest, since),
    refetchInterval: ({ state }) => (state.data && 'state' in state.data ? ASK_AGAIN_MS : false),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (asked.isError) return <ProblemNotice error={asked.error} />;
  if (!asked.data || 'state' in asked.data) return <p className="muted">{t('columns.computing')}</p>;
  return asked.data.tables && <Changes tables={asked.data.tables} />;
}

function Changes({ tables }: { tables: NonNullable<ProfileDifference['tables']> }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { rows, added, removed, retyped, columns } = tables;
  const from = (before: string, after: string) => t('columns.from_to', { before, after });
  return (
    <div className="stack tight">
      <h3>{t('columns.changes')}</h3>
      <p className="muted">
        {t('columns.rows')} {from(format.number(rows.before), format.number(rows.after))}
      </p>
      <ul className="keys">
        {added.map(({ name, type }) => (
          <li key={name}>
            <span className="badge good">{t('columns.added')}</span> <code>{name}</code> {type}
          </li>
        ))}
        {removed.map(({ name, type }) => (
          <li key={name}>
            <span className="badge bad">{t('columns.removed')}</span> <code>{name}</code> {type}
          </li>
        ))}
        {retyped.map(({ name, before, after }) => (
          <li key={name}>
            <span className="badge warn">{t('columns.retyped')}</span> <code>{name}</code>{' '}
            {from(before, after)}
          </li>
        ))}
      </ul>
      {columns.length > 0 && <Statistics columns={columns.slice(0, shownColumns)} />}
    </div>
  );
}

function Statistics({ columns }: { columns: readonly ColumnDifference[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const figure = (value: number | null) => (value === null ? '–' : format.brief(value));
  const from = (before: string, after: string) =>
    before === after ? after : t('columns.from_to', { before, after });
  const quartiles = (three: NonNullable<ColumnDifference['quartiles']>['before']) =>
    three ? [three.lower, three.median, three.upper].map(figure).join(' · ') : '–';
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="table" aria-label={t('columns.table', { what: t('columns.changes') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('columns.column')}</th>
              <th scope="col">{t('columns.missing')}</th>
              <th scope="col">{t('columns.mean')}</th>
              <th scope="col">{t('columns.quartiles')}</th>
              <th scope="col" className="number">
                {t('columns.drift')}
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ name, missing, mean, quartiles: parts, drift }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{from(format.percent(missing.before), format.percent(missing.after))}</td>
                <td>{mean ? from(figure(mean.before), figure(mean.after)) : '–'}</td>
                <td>{parts ? from(quartiles(parts.before), quartiles(parts.after)) : '–'}</td>
                <td className="number">
                  {drift !== null && drift > muchDrift ? (
                    <span className="badge warn">{format.figure(drift)}</span>
                  ) : (
                    figure(drift)
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="muted">{t('columns.drift_text')}</p>
    </>
  );
}
