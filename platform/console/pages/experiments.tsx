import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { experimentAddress } from '../addresses.ts';
import { experiments } from '../api/calls.ts';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { shortId } from '../components/short-id.ts';
import { ExperimentBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { useArmVersion } from './experiment-arms.tsx';

/** All tests of challengers against champions. */
export function ExperimentsPage() {
  const { t } = useTranslation('console');
  const format = useFormat();
  const versionOf = useArmVersion();
  const list = useQuery({ queryKey: ['experiments'], queryFn: experiments, refetchInterval: 3000 });
  return (
    <>
      <PageHead title={t('experiments.title')} text={t('experiments.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      {list.data?.length === 0 && (
        <Empty
          title={t('experiments.none')}
          text={t('experiments.none_text')}
          command="visavox experiments begin RELEASE --model NAME --metric ERROR"
        />
      )}
      {list.data && list.data.length > 0 && (
        <div className="card table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('experiments.experiment')}</th>
                <th scope="col">{t('experiments.model')}</th>
                <th scope="col">{t('experiments.kind')}</th>
                <th scope="col">{t('experiments.state')}</th>
                <th scope="col">{t('experiments.tested')}</th>
                <th scope="col" className="number">
                  {t('experiments.people')}
                </th>
                <th scope="col">{t('experiments.decision')}</th>
                <th scope="col">{t('experiments.begun')}</th>
              </tr>
            </thead>
            <tbody>
              {list.data.map(({ id, model, environment, kind, state, people, decision, ...one }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link href={experimentAddress(id)}>
                      <code>{shortId(id)}</code>
                    </Link>
                  </th>
                  <td>
                    {model}
                    <span className="reason">{environment}</span>
                  </td>
                  <td>{t(`experiments.kind_${kind}`)}</td>
                  <td>
                    <ExperimentBadge state={state} />
                  </td>
                  <td>
                    {t('experiments.against', {
                      challenger: versionOf(one.arms, 'challenger'),
                      champion: versionOf(one.arms, 'champion'),
                    })}
                  </td>
                  <td className="number">{format.number(people)}</td>
                  <td>{decision ? t(`experiments.outcome_${decision.outcome}`) : t('experiments.open')}</td>
                  <td>{format.moment(one.createdAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
