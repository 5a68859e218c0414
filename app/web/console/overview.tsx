import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { overview, pauseTraining, retrain, runs, status } from '../api/calls.ts';
import type { Overview, Service } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link, navigate } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { attemptsByDay } from './attempts.ts';
import { AttemptsChart } from './attempts-chart.tsx';
import { LatestRun } from './latest-run.tsx';
import { PageHead } from './page-head.tsx';

const CALM_MS = 5000;

export function OverviewPage() {
  const { t } = useTranslation('operator');
  const queries = useQueryClient();
  const figures = useQuery({ queryKey: ['overview'], queryFn: overview, refetchInterval: CALM_MS });
  const services = useQuery({ queryKey: ['status'], queryFn: status, refetchInterval: CALM_MS });
  const recent = useQuery({ queryKey: ['runs'], queryFn: runs, refetchInterval: CALM_MS });
  const start = useMutation({
    mutationFn: retrain,
    async onSuccess({ id }) {
      await queries.invalidateQueries({ queryKey: ['runs'] });
      navigate(`/console/runs/${encodeURIComponent(id)}`);
    },
  });
  const model = figures.data?.pending.model;
  const error = start.error ?? figures.error ?? services.error;
  return (
    <>
      <PageHead title={t('overview.title')}>
        {model !== undefined && (
          <button
            type="button"
            className="button"
            disabled={start.isPending}
            onClick={() => start.mutate(model)}
          >
            {t('overview.retrain')}
          </button>
        )}
      </PageHead>
      {error && <ProblemNotice error={error} />}
      {figures.data && (
        <>
          <Figures overview={figures.data} />
          <div className="columns">
            <Attempts overview={figures.data} />
            <Next pending={figures.data.pending} />
          </div>
        </>
      )}
      {figures.data && <WeakAgainst rows={figures.data.weakAgainst} />}
      <LatestRun run={recent.data?.[0] ?? null} />
      {services.data && <Services services={services.data.services} />}
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

function Next({ pending }: { pending: Overview['pending'] }) {
  const { t } = useTranslation('operator');
  const queries = useQueryClient();
  const pause = useMutation({
    mutationFn: pauseTraining,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['overview'] }),
  });
  return (
    <section className="card stack" aria-labelledby="next">
      <div className="stack tight">
        <h2 id="next">{t('overview.next')}</h2>
        <p className="muted">{t(pending.paused ? 'overview.next_paused' : 'overview.next_text')}</p>
      </div>
      {pause.error && <ProblemNotice error={pause.error} />}
      <Progress name={t('overview.next_people')} now={pending.newPeople} all={pending.thresholds.people} />
      <Progress name={t('overview.next_samples')} now={pending.newSamples} all={pending.thresholds.samples} />
      <button
        type="button"
        className="button plain"
        disabled={pause.isPending}
        onClick={() => pause.mutate({ model: pending.model, paused: !pending.paused })}
      >
        {t(pending.paused ? 'overview.go_on' : 'overview.pause')}
      </button>
      {pending.training && (
        <p>
          <Link href={runAddress(pending.training.run)}>{t('overview.next_underway')}</Link>
        </p>
      )}
      {!pending.training && pending.lastFailure && (
        <div className="notice warn">
          <strong>{t('overview.next_failed')}</strong>
          <p>{pending.lastFailure.reason}</p>
          {pending.lastFailure.run !== null && (
            <p>
              <Link href={runAddress(pending.lastFailure.run)}>{t('trace.open_run')}</Link>
            </p>
          )}
        </div>
      )}
    </section>
  );
}

const runAddress = (run: string) => `/console/runs/${encodeURIComponent(run)}`;

function Progress({ name, now, all }: { name: string; now: number; all: number }) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const text = t('overview.next_of', { now: format.number(now), all: format.number(all) });
  return (
    <div className="progress">
      <span>{name}</span>
      <span className="numbers muted">{text}</span>
      <progress value={Math.min(now, all)} max={all} aria-label={`${name}: ${text}`} />
    </div>
  );
}

function Services({ services }: { services: readonly Service[] }) {
  const { t } = useTranslation('operator');
  return (
    <section className="card stack" aria-labelledby="services">
      <h2 id="services">{t('overview.services')}</h2>
      <ul className="services">
        {services.map((service) => (
          <li key={service.name}>
            <span>
              {service.url ? (
                <a
                  href={service.url}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t('overview.service_open', { name: service.name })}
                >
                  {service.name}
                </a>
              ) : (
                service.name
              )}
            </span>
            <span className={service.healthy ? 'badge good' : 'badge bad'}>
              {t(service.healthy ? 'overview.healthy' : 'overview.unhealthy')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
