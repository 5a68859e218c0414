import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../text/format.ts';
import type { ChartLine } from './line-scale.ts';

/** The same for those who cannot see the lines; made when it is opened, as it may be long. */
export function ChartTable(props: {
  axis: string;
  lines: readonly ChartLine[];
  places: readonly number[];
  text: (value: number | undefined) => string;
}) {
  const { axis, lines, places, text } = props;
  const { t } = useTranslation('console');
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const byPlace = open ? lines.map(({ points }) => new Map(points.map(({ x, y }) => [x, y]))) : [];
  return (
    <details className="table-instead" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('curves.table')}</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        <section className="table curve-table" aria-label={t('curves.table')} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{axis}</th>
                {lines.map(({ key, label }) => (
                  <th key={key} scope="col" className="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {places.map((place) => (
                <tr key={place}>
                  <th scope="row">{format.figure(place)}</th>
                  {lines.map(({ key }, column) => (
                    <td key={key} className="number">
                      {text(byPlace[column]?.get(place))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
