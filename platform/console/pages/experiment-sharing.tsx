import { useTranslation } from 'react-i18next';
import type { ExperimentDetails } from '../api/types.ts';
import { LineChart } from '../components/line-chart.tsx';
import { useFormat } from '../text/format.ts';
import { Figures } from './experiment-evidence.tsx';

const LOWEST = 0.01;

/** Of an A/B test: whether people are shared out between the arms as they should be. */
export function SharingCard({
  experiment: { arms, people, ratio, path },
}: {
  experiment: ExperimentDetails;
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const points = path?.sharing ?? [];
  const challengers = arms.find(({ arm }) => arm === 'challenger')?.people ?? 0;
  const isBroken = ratio.e >= ratio.bound;
  return (
    <section className="card stack" aria-labelledby="sharing">
      <div className="stack tight">
        <h2 id="sharing">{t('experiment.sharing')}</h2>
        <p className="muted">{t('experiment.sharing_text', { bound: format.number(ratio.bound) })}</p>
      </div>
      <p className={isBroken ? 'notice bad' : 'notice'}>
        {t(isBroken ? 'experiment.sharing_broken' : 'experiment.sharing_sound')}{' '}
        <span>
          <Figures {...ratio} />
        </span>
      </p>
      {points.length === 0 ? (
        <p className="muted">{t('experiment.sharing_none')}</p>
      ) : (
        <>
          <p>
            {t('experiment.sharing_so_far', {
              challengers: format.number(challengers),
              people: format.number(people),
              expected: format.figure(points.at(-1)?.expected ?? 0),
            })}
          </p>
          <div className="curves">
            <LineChart
              title={t('experiment.share')}
              unit="%"
              axis={t('experiment.axis_people')}
              whole
              lines={[
                {
                  ...{ key: 'share', label: t('experiment.share_actual'), colour: 0, dashed: false },
                  points: points.map((point) => ({
                    x: point.people,
                    y: percent(point.challenger / point.people),
                  })),
                },
                {
                  ...{ key: 'expected', label: t('experiment.share_expected'), colour: 1, dashed: true },
                  points: points.map((point) => ({
                    x: point.people,
                    y: percent(point.expected / point.people),
                  })),
                },
              ]}
            />
            <LineChart
              title={t('experiment.ratio')}
              unit={null}
              axis={t('experiment.axis_people')}
              whole
              logFrom={LOWEST}
              lines={[
                {
                  ...{ key: 'ratio', label: t('experiment.ratio_line'), colour: 3, dashed: false },
                  points: points.map((point) => ({ x: point.people, y: Number(point.ratio.toPrecision(3)) })),
                },
              ]}
              bounds={[{ label: t('experiment.ratio_bound'), y: ratio.bound }]}
            />
          </div>
        </>
      )}
    </section>
  );
}

const percent = (share: number) => Number((100 * share).toFixed(1));
