import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { runCurves } from '../api/calls.ts';
import { Problem } from '../api/problem.ts';
import { LineChart } from '../components/line-chart.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useFormat } from '../text/format.ts';
import { chartsOf, type LoggedOnce } from './run-charts.ts';

const LIVE_MS = 2000;
const chartsAtFirst = 12;

/** What the tasks of a run log, as it comes. */
export function CurvesCard({ run, live }: { run: string; live: boolean }) {
  const { t } = useTranslation('console');
  const [all, showAll] = useState(false);
  const curves = useQuery({
    // Asked once more when the run has ended.
    queryKey: ['curves', run, live],
    queryFn: () => runCurves(run),
    refetchInterval: ({ state }) => (live || state.data?.problem ? LIVE_MS : false),
    placeholderData: keepPreviousData,
  });
  const problem = curves.data?.problem;
  const { charts, once } = chartsOf(curves.data ?? { tasks: [] });
  const shown = all ? charts : charts.slice(0, chartsAtFirst);
  return (
    <section className="card stack" aria-labelledby="curves">
      <div className="stack tight">
        <h2 id="curves">{t('curves.title')}</h2>
        <p className="muted">{t('curves.text')}</p>
      </div>
      {curves.isError && <ProblemNotice error={curves.error} />}
      {problem && <ProblemNotice error={new Problem({ ...problem, status: 503, message: problem.detail })} />}
      {curves.data && !problem && charts.length + once.length === 0 && (
        <p className="muted">
          {t('curves.none')} <code>mlflow.log_metrics({'{…}'}, step=epoch)</code> {t('curves.none_text')}
        </p>
      )}
      {shown.length > 0 && (
        <div className="curves">
          {shown.map(({ name, axis, unit, lines }) => (
            <LineChart
              key={`${name} ${axis}`}
              title={name}
              unit={unit}
              axis={t(`curves.axis_${axis}`)}
              whole={axis !== 'seconds'}
              lines={lines}
            />
          ))}
        </div>
      )}
      {shown.length < charts.length && (
        <div className="actions">
          <button type="button" className="button plain" onClick={() => showAll(true)}>
            {t('curves.all', { count: charts.length })}
          </button>
        </div>
      )}
      {once.length > 0 && <Once values={once} />}
    </section>
  );
}

function Once({ values }: { values: readonly LoggedOnce[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <div className="stack tight">
      <h3>{t('curves.once')}</h3>
      <ul className="curve-legend">
        {values.map(({ task, name, value }) => (
          <li key={`${task} ${name}`}>
            {name} <span className="muted">{task}</span>{' '}
            <strong className="numbers">
              {Number.isFinite(value) ? format.figure(value) : String(value)}
            </strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
