import { useQuery } from '@tanstack/react-query';
import { runs, status } from '@visavox/console/api/calls';
import { PageHead } from '@visavox/console/components/page-head';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { LatestRun } from '@visavox/console/pages/latest-run';
import { Services } from '@visavox/console/pages/services';
import { TrainingCard } from '@visavox/console/pages/training-card';
import { Link } from '@visavox/console/router';
import { useFormat } from '@visavox/console/text/format';
import { useTranslation } from 'react-i18next';
import { overview } from '../api/calls.ts';
import type { Overview } from '../api/types.ts';
import { attemptsByDay } from './attempts.ts';
import { AttemptsChart } from './attempts-chart.tsx';

const CALM_MS = 5000;

export function OverviewPage() {
  const { t } = useTranslation('operator');
  const figures = useQuery({ queryKey: ['overview'], queryFn: overview, refetchInterval: CALM_MS });
  const now = useQuery({ queryKey: ['status'], queryFn: status, refetchInterval: CALM_MS });
  const recent = useQuery({ queryKey: ['runs'], queryFn: runs, refetchInterval: CALM_MS });
  const error = figures.error ?? now.error ?? recent.error;
  return (
    <>
      <PageHead title={t('overview.title')} />
      {error && <ProblemNotice error={error} />}
      {figures.data && (
        <>
          <Figures overview={figures.data} />
          <div className="columns">
            <Attempts overview={figures.data} />
            <div className="stack">
              {now.data?.environments.map(({ model, name: environment }) => (
                <TrainingCard key={`${model} ${environment}`} place={{ model, environment }} />
              ))}
            </div>
          </div>
          <WeakAgainst rows={figures.data.weakAgainst} />
        </>
      )}
      {recent.data && <LatestRun run={recent.data[0] ?? null} />}
      {now.data && <Services services={now.data.services} />}
    </>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const days = attemptsByDay(overview.attempts, new Date());
  const today = days.at(-1);
  const sum = today ? today.accept + today.step_up + today.reject : 0;
  const { champion } = overview;
  return (
    <dl className="figures">
      <div className="figure wide">
        <dt>{t('overview.champion')}</dt>
        <dd>{champion ? `${champion.model} ${champion.version}` : t('overview.champion_none')}</dd>
        <dd className="muted">
          {champion
            ? t('overview.champion_since', { when: format.moment(champion.since) })
            : t('overview.champion_none_text')}
        </dd>
      </div>
      <div className="figure">
        <dt>{t('overview.people')}</dt>
        <dd>
          <Link href="/console/people">{format.number(overview.people)}</Link>
        </dd>
      </div>
      <div className="figure">
        <dt>{t('overview.samples')}</dt>
        <dd>{format.number(overview.samples)}</dd>
      </div>
      <div className="figure">
        <dt>{t('overview.today')}</dt>
        <dd>{format.number(sum)}</dd>
        {today && sum > 0 && (
          <dd className="muted">
            {t('overview.today_accepted', { percent: format.percent(today.accept / sum) })}
          </dd>
        )}
      </div>
    </dl>
  );
}

function Attempts({ overview }: { overview: Overview }) {
  const { t } = useTranslation('operator');
  return (
    <section className="card" aria-labelledby="attempts">
      <h2 id="attempts">{t('overview.attempts')}</h2>
      {overview.attempts.length === 0 ? (
        <p className="muted">{t('overview.attempts_none')}</p>
      ) : (
        <AttemptsChart attempts={overview.attempts} />
      )}
    </section>
  );
}

/** What is not refused well enough, so that operators do not take it for refused. */
function WeakAgainst({ rows }: { rows: Overview['weakAgainst'] }) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  if (rows.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="weak">
      <div className="stack tight">
        <h2 id="weak">{t('overview.weak')}</h2>
        <p className="muted">{t('overview.weak_text')}</p>
      </div>
      <ul>
        {rows.map(({ attack, material, presentations, errors }) => (
          <li key={attack}>
            {t(attack === 'genuine' ? 'overview.weak_genuine' : 'overview.weak_attack', {
              ...{ attack, material },
              errors: format.number(errors),
              presentations: format.number(presentations),
            })}
          </li>
        ))}
      </ul>
    </section>
  );
}
