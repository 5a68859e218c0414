import { table } from 'visavox/table';
import type { Change } from './changes.ts';
import { FMR_LEVELS } from './error-rates.ts';
import type { Evaluation, Figures } from './evaluate.ts';
import type { DecisionFigures, Share } from './fused-decision.ts';
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

/** What the sign-in rule decides on these lists, by one try and by two. */
export function decisionTable({ fused: { decision } }: Evaluation): string {
  if (!decision) return 'no decisions';
  const of = ({ count, comparisons, distinct, rate, interval }: Share) => {
    const share = rate === null ? 'not claimed' : percent(rate);
    const range = interval.map((bound) => (bound * 100).toFixed(2)).join(' to ');
    const among = distinct < comparisons ? `, ${distinct} strangers` : '';
    return `${share} (${range}; ${count} of ${comparisons}${among})`;
  };
  const within = decision.withinTwoTries;
  const one = (count: number, comparisons: number, interval: readonly [number, number]) =>
    of({ rate: count / comparisons, count, comparisons, distinct: comparisons, interval });
  const both = (share: Share | null) => (share ? of(share) : '-');
  const rows = [
    ['FNMR', one(decision.refused, decision.genuine, decision.fnmrInterval), of(within.fnmr)],
    ['FMR', one(decision.accepted, decision.impostor, decision.fmrInterval), of(within.fmr)],
    [
      'right face, stranger’s voice',
      both(decision.rightFaceStrangersVoice),
      both(within.rightFaceStrangersVoice),
    ],
    [
      'stranger’s face, right voice',
      both(decision.strangersFaceRightVoice),
      both(within.strangersFaceRightVoice),
    ],
  ];
  return [table(['the rule as it is', 'one try', 'within two tries'], rows), rareMatches(decision)].join(
    '\n',
  );
}

/** What strangers in both modalities carry, and what FMR 1e-4 would cost. */
function rareMatches({ thresholds, independent, atFmr1e4 }: DecisionFigures): string {
  const { face, voice, fused } = thresholds;
  const rule = `face from ${face.toFixed(2)}, voice from ${voice.toFixed(2)}, sum from ${fused.toFixed(2)}`;
  const rare = `every stranger’s face with every stranger’s voice (${independent.pairs} pairs): FMR ${scientific(independent.fmr)}, ${scientific(independent.most)} at most with what each modality’s comparisons leave open`;
  const cost = atFmr1e4
    ? `FMR 1e-4 on these lists: sum from ${atFmr1e4.threshold.toFixed(2)}, FNMR ${percent(atFmr1e4.fnmr)}`
    : 'FMR 1e-4: these lists have too few strangers to claim it (300 of each modality)';
  return [rule, rare, cost].join('\n');
}

const scientific = (rate: number) => (rate === 0 ? '0' : rate.toExponential(1));

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
