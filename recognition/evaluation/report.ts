import { table } from 'visavox/table';
import { FMR_LEVELS } from './error-rates.ts';
import type { Evaluation, Figures } from './evaluate.ts';

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
