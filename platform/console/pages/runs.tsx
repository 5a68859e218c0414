import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { runs } from '../api/calls.ts';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { secondsOf } from './tasks-view.tsx';

export function RunsPage() {
  const { t } = useTranslation('console');
  const format = useFormat();
  const list = useQuery({ queryKey: ['runs'], queryFn: runs, refetchInterval: 3000 });
  const took = (run: { createdAt: string; finishedAt: string | null }) =>
    secondsOf({ startedAt: run.createdAt, finishedAt: run.finishedAt }, Date.now());
  return (
    <>
      <PageHead title={t('runs.title')} text={t('runs.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      {list.data?.length === 0 && (
        <Empty title={t('runs.none')} text={t('runs.none_text')} command="visavox run pipeline.ts" />
      )}
      {list.data && list.data.length > 0 && (
        <div className="card table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('runs.run')}</th>
                <th scope="col">{t('runs.pipeline')}</th>
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
                    <Link href={runAddress(run.id)}>
                      <code>{run.id}</code>
                    </Link>
                  </th>
                  <td>{run.pipeline}</td>
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
