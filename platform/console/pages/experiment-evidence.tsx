import { useTranslation } from 'react-i18next';
import type { ExperimentDetails } from '../api/types.ts';
import { LineChart } from '../components/line-chart.tsx';
import { navigate, queryWith, useAddress } from '../router.tsx';
import { useFormat } from '../text/format.ts';

type Metric = ExperimentDetails['metrics'][number];
type Evidence = Pick<Metric, 'e' | 'p'>;

/** What is shown of evidence from here on: what is lower says no more than that there is none. */
const LOWEST = 0.01;

const sides = ['e', 'harm', 'notInferior', 'inferior'] as const;
type Side = (typeof sides)[number];

const evidenceOf = (metric: Metric, side: Side): Evidence => (side === 'e' ? metric : metric[side]);

/** Each metric with the highest evidence so far, by which it is decided. */
export function EvidenceTable({ experiment: { metrics, plan } }: { experiment: ExperimentDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const margin = format.figure(plan.margin ?? 0);
  return (
    <section className="card stack" aria-labelledby="evidence">
      <div className="stack tight">
        <h2 id="evidence">{t('experiment.evidence')}</h2>
        <p className="muted">{t('experiment.evidence_text')}</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="table" aria-label={t('experiment.evidence_table')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('experiment.metric')}</th>
              {sides.map((side) => (
                <th key={side} scope="col" className="number">
                  {t(`experiment.side_${side}`, { margin })}
                </th>
              ))}
              <th scope="col" className="number">
                {t('experiment.difference')}
              </th>
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <tr key={metric.name}>
                <th scope="row">
                  {metric.name}
                  <span className="reason">{t(`experiment.role_${metric.role}`)}</span>
                </th>
                {sides.map((side) => (
                  <td key={side} className="number">
                    <Figures {...evidenceOf(metric, side)} bound={metric.bounds[side]} />
                  </td>
                ))}
                <td className="number">
                  {t('experiment.interval', {
                    low: format.figure(round(metric.low)),
                    high: format.figure(round(metric.high)),
                  })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** An e-value with its p-value; it stands out where it decides. */
export function Figures({ e, p, bound }: Evidence & { bound: number | null }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const isDecided = bound !== null && e >= bound;
  const value = t('experiment.e', { e: format.brief(significant(e)) });
  return (
    <>
      {isDecided ? <strong>{value}</strong> : value}
      <span className="reason">
        {t('experiment.p', { p: format.brief(significant(p)) })}
        {' · '}
        {bound === null
          ? t('experiment.decides_nothing')
          : t('experiment.bound', { bound: format.figure(bound) })}
      </span>
    </>
  );
}

/** How the evidence went, with the bounds at which it decides. */
export function EvidencePlot({ experiment: { metrics, path, plan } }: { experiment: ExperimentDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const wanted = useAddress().searchParams.get('metric');
  const metric = metrics.find(({ name }) => name === wanted) ?? metrics[0];
  if (!metric) return null;
  const points = path?.metrics.find(({ name }) => name === metric.name)?.points ?? [];
  const margin = format.figure(plan.margin ?? 0);
  const decisive = [...new Set(sides.map((side) => metric.bounds[side]))].filter((bound) => bound !== null);
  return (
    <section className="card stack" aria-labelledby="went">
      <div className="between">
        <div className="stack tight">
          <h2 id="went">{t('experiment.went')}</h2>
          <p className="muted">{t('experiment.went_text')}</p>
        </div>
        {metrics.length > 1 && (
          <label className="field">
            {t('experiment.metric')}
            <select
              value={metric.name}
              onChange={({ target }) => navigate(queryWith({ metric: target.value }), 'replace')}
            >
              {metrics.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      {points.length === 0 ? (
        <p className="muted">{t('experiment.went_none')}</p>
      ) : (
        <LineChart
          title={t('experiment.went_of', { metric: metric.name })}
          unit={null}
          axis={t('experiment.axis_outcomes')}
          whole
          logFrom={LOWEST}
          lines={sides.map((side, colour) => ({
            ...{ key: side, label: t(`experiment.side_${side}`, { margin }), colour },
            dashed: side === 'notInferior' || side === 'inferior',
            points: points.map((point) => ({ x: point.outcomes, y: significant(point[side]) })),
          }))}
          bounds={decisive.map((y) => ({
            label: t('experiment.bound_of', {
              sides: sides
                .filter((side) => metric.bounds[side] === y)
                .map((side) => t(`experiment.side_${side}`, { margin }))
                .join(', '),
            }),
            y,
          }))}
        />
      )}
    </section>
  );
}

/** Nobody reads more digits of evidence. */
const significant = (value: number) => Number(value.toPrecision(3));
const round = (rate: number) => Number(rate.toFixed(3));
