import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { sweep as fetchSweep, steerSweep } from '../api/calls.ts';
import type { SweepDetails, TrialOutcome } from '../api/types.ts';
import { Heading } from '../components/heading.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { ScatterPlot } from '../components/scatter-plot.tsx';
import { shortId } from '../components/short-id.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { type Steering, SteeringButtons } from '../components/steering.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

const LIVE_MS = 1500;

/** A search: its best trial, how the metric depends on each parameter, and all trials. */
export function SweepPage({ id }: { id: string }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const queries = useQueryClient();
  const details = useQuery({
    queryKey: ['sweep', id],
    queryFn: () => fetchSweep(id),
    refetchInterval: ({ state }) => (state.data?.finishedAt ? false : LIVE_MS),
  });
  const steer = useMutation({
    mutationFn: (how: Steering) => steerSweep(id, how),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sweep', id] }),
  });
  const sweep = details.data;
  if (!sweep)
    return (
      <>
        <Heading title={t('sweep.title', { id: shortId(id) })} />
        {details.isError && <ProblemNotice error={details.error} />}
      </>
    );
  const { plan, state } = sweep;
  return (
    <>
      <PageHead
        title={sweep.name ?? t('sweep.title', { id: shortId(sweep.id) })}
        text={t('sweep.text', {
          pipeline: sweep.pipeline,
          goal: t(`sweeps.${plan.goal}`, { metric: plan.metric }),
          begun: format.number(sweep.begun),
          all: format.number(plan.trials),
          sampler: t(`sweep.${plan.sampler}`),
        })}
      >
        <StateBadge state={state} />
        <SteeringButtons
          underway={state === 'running'}
          stopped={state === 'failed' || state === 'canceled'}
          cancel={t('sweep.cancel')}
          steer={steer}
        />
      </PageHead>
      {steer.isError && <ProblemNotice error={steer.error} />}
      {sweep.reason && <p className={state === 'failed' ? 'notice bad' : 'notice'}>{sweep.reason}</p>}
      <Plots sweep={sweep} />
      <Trials sweep={sweep} />
    </>
  );
}

/** The metric over each parameter that is a number. */
function Plots({ sweep: { plan, trials, best } }: { sweep: SweepDetails }) {
  const { t } = useTranslation('console');
  const measured = trials.filter(({ value }) => value !== null);
  const names = Object.keys(plan.space).filter((name) =>
    measured.every(({ parameters }) => typeof parameters[name] === 'number'),
  );
  if (measured.length < 2 || names.length === 0) return null;
  const pointOf = (name: string, { parameters, value }: TrialOutcome) => ({
    x: Number(parameters[name]),
    y: value ?? Number.NaN,
  });
  return (
    <section className="card stack" aria-labelledby="plots">
      <h2 id="plots">{t('sweep.plots')}</h2>
      <div className="curves">
        {names.map((name) => {
          const dimension = plan.space[name];
          return (
            <ScatterPlot
              key={name}
              title={t('sweep.over', { metric: plan.metric, parameter: name })}
              label={t('sweep.over_text', { metric: plan.metric, parameter: name, count: measured.length })}
              points={measured.map((trial) => pointOf(name, trial))}
              best={best ? pointOf(name, best) : undefined}
              log={dimension !== undefined && 'log' in dimension && dimension.log === true}
            />
          );
        })}
      </div>
    </section>
  );
}

function Trials({ sweep: { plan, trials, best } }: { sweep: SweepDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const names = Object.keys(plan.space);
  const shown = (value: unknown) =>
    typeof value === 'number'
      ? format.figure(value)
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  return (
    <section className="card stack" aria-labelledby="trials">
      <h2 id="trials">{t('sweep.trials')}</h2>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('sweep.trial')}</th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
              <th scope="col" className="number">
                {plan.metric}
              </th>
              <th scope="col">{t('runs.state')}</th>
            </tr>
          </thead>
          <tbody>
            {ordered(trials, plan.goal).map((trial) => (
              <tr key={trial.number}>
                <th scope="row">
                  <Link href={runAddress(trial.run)}>
                    {t('sweep.number', { number: format.number(trial.number) })}
                  </Link>
                  {trial.number === best?.number && <span className="badge good">{t('sweep.best')}</span>}
                </th>
                {names.map((name) => (
                  <td key={name} className="number">
                    {shown(trial.parameters[name])}
                  </td>
                ))}
                <td className="number">{trial.value === null ? '' : format.figure(trial.value)}</td>
                <td>
                  {trial.stopped ? (
                    <span className="badge warn">{t('sweep.stopped')}</span>
                  ) : (
                    <StateBadge state={trial.state} />
                  )}
                  {trial.reason && <span className="reason">{trial.reason}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The best first; those without a value last, in their order. */
function ordered(trials: readonly TrialOutcome[], goal: SweepDetails['plan']['goal']) {
  const sign = goal === 'maximize' ? -1 : 1;
  return trials.toSorted((a, b) => {
    if (a.value === null || b.value === null)
      return Number(a.value === null) - Number(b.value === null) || a.number - b.number;
    return sign * (a.value - b.value) || a.number - b.number;
  });
}
