import { table } from 'visavox/table';
import type { Change } from './changes.ts';
import { FMR_LEVELS } from './error-rates.ts';
import type { Evaluation, Figures } from './evaluate.ts';
import { SET_NAMES, type SetFigures, type SetName } from './report/figures.ts';

const percent = (rate: number | null) => (rate === null ? '-' : `${(rate * 100).toFixed(2)} %`);

export function evaluationTable({ faces, voices, fused }: Evaluation): string {
  const row = (name: string, figures: Figures) => [
    name,
    figures.genuine,
    figures.impostor,
    percent(figures.eer),
    ...FMR_LEVELS.map((level) => {
      const interval = figures.fnmrInterval[level];
      const rate = percent(figures.fnmr[level]);
      return interval ? `${rate} (${interval.map((bound) => (bound * 100).toFixed(2)).join(' to ')})` : rate;
    }),
    `${figures.failuresToAcquire} of ${figures.recordings}`,
  ];
  return table(
    [
      '',
      'genuine',
      'impostor',
      'EER',
      ...FMR_LEVELS.map((level) => `FNMR at FMR ${level}`),
      'failures to acquire',
    ],
    [row('faces', faces), row('voices', voices), row('fused', fused)],
  );
}

/** How often the people themselves are refused, before and after. */
export function changesTable(changes: readonly Change[]): string {
  return table(
    ['', 'FMR', 'FNMR before', 'FNMR after', 'difference, 95 % over people'],
    changes.map(({ set, fmr, before, after, interval }) => [
      set,
      fmr,
      percent(before),
      percent(after),
      `${percent(after - before)} (${interval.map((bound) => (bound * 100).toFixed(2)).join(' to ')})`,
    ]),
  );
}

/** FNMR and FMR of each slice at the one threshold, and the worst group's gap. */
export function slicesTable(sets: Readonly<Record<SetName, Pick<SetFigures, 'slices'>>>): string {
  const range = (interval: readonly [number, number] | null) =>
    interval ? ` (${interval.map((bound) => (bound * 100).toFixed(2)).join(' to ')})` : '';
  const rows = SET_NAMES.flatMap((set) =>
    sets[set].slices.flatMap(({ dimension, slices, gap }) => [
      ...slices.map((slice) => [
        `${set}, ${dimension} ${slice.name}`,
        slice.people,
        slice.genuine,
        `${percent(slice.fnmr)}${range(slice.fnmrInterval)}`,
        slice.impostor,
        `${percent(slice.fmr)}${range(slice.fmrInterval)}`,
      ]),
      ...(gap
        ? [
            [
              `  worst ${gap.worst}, best ${gap.best}`,
              '',
              '',
              `+${percent(gap.difference)}${range(gap.interval)}`,
              '',
              '',
            ],
          ]
        : []),
    ]),
  );
  return rows.length === 0
    ? 'no slices'
    : table(['slice', 'people', 'genuine', 'FNMR', 'impostor', 'FMR'], rows);
}
