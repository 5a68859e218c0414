import { useTranslation } from 'react-i18next';
import type { RunDetails } from '../api/types.ts';
import { useFormat } from '../text/format.ts';
import { comparisonOf, figuresOf } from './run-figures.ts';

/** Candidate and champion side by side: what the gate looks at. */
export function RunComparison({ run }: { run: RunDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const comparison = comparisonOf(run);
  if (!comparison) return null;
  const figure = (value: number | null) => (value === null ? '–' : format.figure(value));
  return (
    <section className="card stack" aria-labelledby="comparison">
      <div className="stack tight">
        <h2 id="comparison">{t('run.comparison')}</h2>
        <p className="muted">
          {t('run.comparison_text', {
            units: format.number(comparison.units),
            unitName: comparison.unitName,
          })}
        </p>
      </div>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('run.metric')}</th>
              <th scope="col" className="number">
                {t('stage_champion')}
              </th>
              <th scope="col" className="number">
                {t('run.candidate')}
              </th>
            </tr>
          </thead>
          <tbody>
            {comparison.metrics.map(({ metric, champion, candidate }) => (
              <tr key={metric}>
                <th scope="row">{metric}</th>
                <td className="number">{figure(champion)}</td>
                <td className="number">{figure(candidate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function RunFigures({ run }: { run: RunDetails }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const figures = figuresOf(run);
  return (
    <section className="card stack" aria-labelledby="metrics">
      <h2 id="metrics">{t('run.metrics')}</h2>
      {figures.length === 0 ? (
        <p className="muted">{t('run.metrics_none')}</p>
      ) : (
        <div className="table">
          <table>
            <tbody>
              {figures.map(({ task, name, value }) => (
                <tr key={`${task} ${name}`}>
                  <th scope="row">
                    {name} <span className="muted">{task}</span>
                  </th>
                  <td className="number">{format.figure(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
