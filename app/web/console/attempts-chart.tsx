import 'uplot/dist/uPlot.min.css';
import { useFormat } from '@visavox/console/text/format';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import type { Overview } from '../api/types.ts';
import { attemptsByDay, type Day } from './attempts.ts';

const decisions = ['accept', 'step_up', 'reject'] as const;
const colours = { accept: '--good', step_up: '--warn', reject: '--bad' } as const;

/** Bars by day, one decision upon the other, and the same as a table for those who cannot see them. */
export function AttemptsChart({ attempts }: { attempts: Overview['attempts'] }) {
  const { t } = useTranslation('operator');
  const format = useFormat();
  const days = attemptsByDay(attempts, new Date());
  const place = useRef<HTMLDivElement>(null);
  const key = JSON.stringify(days);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the days are in the key
  useEffect(() => {
    if (!place.current) return;
    return draw(place.current, days, format.shortDay);
  }, [key, format.shortDay(days[0]?.day ?? '2000-01-01')]);
  return (
    <>
      <ul className="legend">
        {decisions.map((decision) => (
          <li key={decision} data-decision={decision}>
            {t(`decision_${decision}`)}
          </li>
        ))}
      </ul>
      <div ref={place} className="chart" aria-hidden="true" />
      <details className="table-instead">
        <summary>{t('overview.attempts_table')}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('overview.day')}</th>
              {decisions.map((decision) => (
                <th scope="col" className="number" key={decision}>
                  {t(`decision_${decision}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.day}>
                <th scope="row">{format.shortDay(day.day)}</th>
                {decisions.map((decision) => (
                  <td className="number" key={decision}>
                    {format.number(day[decision])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

/** Draws in the page's own colours, again when they or the width change. Answers how to take it away. */
function draw(place: HTMLElement, days: readonly Day[], shortDay: (day: string) => string): () => void {
  let chart: uPlot | null = null;
  const redraw = () => {
    chart?.destroy();
    const style = getComputedStyle(place);
    chart = new uPlot(optionsFor(place.clientWidth, style, days, shortDay), stacked(days), place);
  };
  const width = new ResizeObserver(redraw);
  width.observe(place);
  const theme = new MutationObserver(redraw);
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', redraw);
  return () => {
    width.disconnect();
    theme.disconnect();
    system.removeEventListener('change', redraw);
    chart?.destroy();
  };
}

/** The whole bar first, then what stands in front of it. */
function stacked(days: readonly Day[]): uPlot.AlignedData {
  return [
    days.map((_, index) => index),
    days.map((day) => day.accept + day.step_up + day.reject),
    days.map((day) => day.accept + day.step_up),
    days.map((day) => day.accept),
  ];
}

function optionsFor(
  width: number,
  style: CSSStyleDeclaration,
  days: readonly Day[],
  shortDay: (day: string) => string,
): uPlot.Options {
  // Canvas knows neither variables nor light-dark(): a property of type colour is resolved by the browser.
  const colour = (name: string) => style.getPropertyValue(`${name}-drawn`) || style.color;
  const bars = uPlot.paths.bars?.({ size: [0.62, 26], radius: [0.18, 0] });
  const series = (name: string): uPlot.Series => ({
    fill: colour(name),
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  const font = `12px ${style.fontFamily}`;
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, width / 80)));
  return {
    width,
    height: 230,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 8, 0, 0],
    scales: {
      x: { time: false, range: [-0.6, days.length - 0.4] },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] },
    },
    axes: [
      {
        stroke: colour('--muted'),
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 34,
        splits: () =>
          days.map((_, index) => index).filter((index) => (days.length - 1 - index) % every === 0),
        values: (_, splits) => splits.map((index) => shortDay(days[index]?.day ?? '')),
      },
      {
        stroke: colour('--muted'),
        font,
        grid: { stroke: colour('--line'), width: 1 },
        ticks: { show: false },
        size: 40,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
      },
    ],
    series: [{}, series(colours.reject), series(colours.step_up), series(colours.accept)],
  };
}
