import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { sweepAddress } from '../addresses.ts';
import { sweeps } from '../api/calls.ts';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { shortId } from '../components/short-id.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** All searches for parameters. */
export function SweepsPage() {
  const { t } = useTranslation('console');
  const format = useFormat();
  const list = useQuery({ queryKey: ['sweeps'], queryFn: sweeps, refetchInterval: 3000 });
  return (
    <>
      <PageHead title={t('sweeps.title')} text={t('sweeps.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      {list.data?.length === 0 && (
        <Empty
          title={t('sweeps.none')}
          text={t('sweeps.none_text')}
          command="visavox sweep pipeline.py --space rate=log:1e-4..1 --maximize accuracy"
        />
      )}
      {list.data && list.data.length > 0 && (
        <div className="card table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('sweeps.sweep')}</th>
                <th scope="col">{t('runs.pipeline')}</th>
                <th scope="col">{t('runs.state')}</th>
                <th scope="col">{t('sweeps.goal')}</th>
                <th scope="col" className="number">
                  {t('sweeps.trials')}
                </th>
                <th scope="col">{t('runs.started')}</th>
              </tr>
            </thead>
            <tbody>
              {list.data.map(({ id, name, pipeline, state, plan, begun, createdAt }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link href={sweepAddress(id)}>{name ?? <code>{shortId(id)}</code>}</Link>
                  </th>
                  <td>{pipeline}</td>
                  <td>
                    <StateBadge state={state} />
                  </td>
                  <td>{t(`sweeps.${plan.goal}`, { metric: plan.metric })}</td>
                  <td className="number">
                    {t('sweeps.of', { begun: format.number(begun), all: format.number(plan.trials) })}
                  </td>
                  <td>{format.moment(createdAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
