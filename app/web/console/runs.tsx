import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { runs } from '../api/calls.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { PageHead } from './page-head.tsx';
import { StateBadge } from './state-badge.tsx';
import { secondsOf } from './tasks-view.tsx';

export function RunsPage() {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const list = useQuery({ queryKey: ['runs'], queryFn: runs, refetchInterval: 3000 });
  const took = (run: { createdAt: string; finishedAt: string | null }) =>
    secondsOf({ startedAt: run.createdAt, finishedAt: run.finishedAt }, Date.now());
  return (
    <>
      <PageHead title={t('runs.title')} text={t('runs.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      {list.data?.length === 0 && <p className="card muted">{t('runs.none')}</p>}
      {list.data && list.data.length > 0 && (
        <div className="card table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('runs.run')}</th>
                <th scope="col">{t('runs.state')}</th>
                <th scope="col">{t('runs.trigger')}</th>
                <th scope="col">{t('runs.started')}</th>
                <th scope="col" className="number">
                  {t('runs.took')}
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map((run) => (
                <tr key={run.id}>
                  <th scope="row">
                    <Link href={`/console/runs/${encodeURIComponent(run.id)}`}>
                      <code>{run.id}</code>
                    </Link>
                  </th>
                  <td>
                    <StateBadge state={run.state} />
                  </td>
                  <td>
                    {run.trigger}
                    {run.reason && <span className="reason">{run.reason}</span>}
                  </td>
                  <td>{format.moment(run.createdAt)}</td>
                  <td className="number">{format.duration(took(run) ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
