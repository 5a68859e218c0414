import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { modelAddress, versionAddress } from '../addresses.ts';
import { modelComparison, models, runCurves } from '../api/calls.ts';
import type { ModelComparison } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { LineChart } from '../components/line-chart.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { comparedCharts } from './compared-curves.ts';

/** Two versions of a model: which figures can be compared, what else differs, and the curves of their trainings. */
export function ModelComparisonPage({ name, a, b }: { name: string; a: number; b: number }) {
  const { t } = useTranslation('console');
  const [x, y] = [`${name}:${a}`, `${name}:${b}`];
  const compared = useQuery({
    queryKey: ['model-comparison', x, y],
    queryFn: () => modelComparison({ a: x, b: y }),
  });
  return (
    <>
      <PageHead title={t('model_comparison.title', { a: x, b: y })} text={t('model_comparison.text')}>
        {[a, b].map((version) => (
          <Link key={version} className="button plain" href={versionAddress({ name, version })}>
            {t('model.version', { version: String(version) })}
          </Link>
        ))}
        <Link className="button plain" href={modelAddress(name)}>
          {t('model.all_versions')}
        </Link>
      </PageHead>
      {compared.isError && <ProblemNotice error={compared.error} />}
      {compared.data && <Figures comparison={compared.data} />}
      <Curves name={name} versions={[a, b]} />
      {compared.data &&
        (['signature', 'card', 'lineage', 'sizes'] as const).map((part) => (
          <Differences key={part} part={part} comparison={compared.data} />
        ))}
    </>
  );
}

function Figures({ comparison: { a, b, metrics } }: { comparison: ModelComparison }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const figure = (value: number | null) => (value === null ? '–' : format.figure(value));
  return (
    <section className="card stack" aria-labelledby="figures">
      <h2 id="figures">{t('run.metrics')}</h2>
      {metrics.length === 0 && <p className="muted">{t('model.metrics_none')}</p>}
      {metrics.length > 0 && (
        <div className="table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('run.metric')}</th>
                <th scope="col" className="number">
                  {a}
                </th>
                <th scope="col" className="number">
                  {b}
                </th>
                <th scope="col">{t('model_comparison.measured')}</th>
              </tr>
            </thead>
            <tbody>
              {metrics.map((one) => (
                <tr key={one.name}>
                  <th scope="row">
                    <code>{one.name}</code>
                  </th>
                  <td className="number">{figure(one.a)}</td>
                  <td className="number">{figure(one.b)}</td>
                  <td className={one.comparable ? undefined : 'muted'}>
                    {!one.comparable && <strong>{t('model_comparison.not_comparable')} </strong>}
                    {one.why}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Differences(props: {
  part: 'signature' | 'card' | 'lineage' | 'sizes';
  comparison: ModelComparison;
}) {
  const { t } = useTranslation('console');
  const rows = props.comparison[props.part];
  if (rows.length === 0) return null;
  const cell = (value: string | number | null) => (value === null ? '–' : <Digest value={String(value)} />);
  return (
    <section className="card stack" aria-labelledby={props.part}>
      <h2 id={props.part}>{t(`model_comparison.${props.part}`)}</h2>
      <div className="table">
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{props.comparison.a}</th>
              <th scope="col">{props.comparison.b}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, a, b, equal }) => (
              <tr key={name} className={equal ? 'muted' : undefined}>
                <th scope="row">{name}</th>
                <td>{cell(a)}</td>
                <td>{equal ? t('model_comparison.same') : cell(b)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Where both were made by runs that logged curves. */
function Curves({ name, versions }: { name: string; versions: readonly [number, number] }) {
  const { t } = useTranslation('console');
  const known = useQuery({ queryKey: ['models'], queryFn: models });
  const runs = versions.map(
    (version) => known.data?.models.find((one) => one.name === name && one.version === version)?.run ?? null,
  );
  const [first = null, second = null] = runs;
  const curves = useQuery({
    queryKey: ['compared-curves', first, second],
    queryFn: () => Promise.all([first, second].map((run) => (run === null ? { tasks: [] } : runCurves(run)))),
    enabled: first !== null || second !== null,
  });
  if (curves.isError) return <ProblemNotice error={curves.error} />;
  const charts = comparedCharts(
    (curves.data ?? []).map((one, index) => ({ label: `${name}:${versions[index]}`, curves: one })),
  );
  if (charts.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="curves">
      <h2 id="curves">{t('curves.title')}</h2>
      <div className="curves">
        {charts.map((chart) => (
          <LineChart
            key={`${chart.name} ${chart.axis}`}
            title={chart.name}
            unit={chart.unit}
            axis={t(`curves.axis_${chart.axis}`)}
            whole={chart.axis !== 'seconds'}
            lines={chart.lines}
          />
        ))}
      </div>
    </section>
  );
}
