/**
 * Writes the measured figures into docs/recogniser.md, between its markers, and beside it as a file:
 * `tsx recognition/evaluation/document.ts "lfw and audiomnist_az=FOLDER/figures.json" …`, with what
 * `visavox evaluate --report FOLDER` wrote.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { FMR_LEVELS } from './error-rates.ts';
import { ReportFigures, SET_NAMES } from './report/figures.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
export const documentFile = join(docs, 'recogniser.md');
export const figuresFile = join(docs, 'recogniser-figures.json');

const Level = z.number().nullable();
const Measured = z.object({
  genuine: z.number().int(),
  impostor: z.number().int(),
  eer: Level,
  fnmr: z.object({ '1e-2': Level, '1e-3': Level, '1e-4': Level }),
  cllr: Level,
  minCllr: Level,
  gaps: z.array(
    z.object({
      dimension: z.string(),
      worst: z.string(),
      best: z.string(),
      difference: z.number(),
      interval: z.tuple([z.number(), z.number()]),
    }),
  ),
});

export const DocumentedFigures = z.array(
  z.object({
    lists: z.string(),
    model: z.string(),
    faces: Measured,
    voices: Measured,
    fused: Measured,
  }),
);
export type DocumentedFigures = z.infer<typeof DocumentedFigures>;

const MARKERS = [
  '<!-- figures: written by recognition/evaluation/document.ts -->',
  '<!-- end of figures -->',
] as const;

/** The document with the tables of these figures between its markers. */
export function withFigures(text: string, figures: DocumentedFigures): string {
  const [start, end] = [text.indexOf(MARKERS[0]), text.indexOf(MARKERS[1])];
  if (start < 0 || end < start) throw new TypeError('docs/recogniser.md has lost its markers');
  return `${text.slice(0, start + MARKERS[0].length)}\n\n${tablesOf(figures)}\n\n${text.slice(end)}`;
}

function tablesOf(figures: DocumentedFigures): string {
  const percent = (rate: number | null) => (rate === null ? '-' : `${(rate * 100).toFixed(2)} %`);
  const bits = (cost: number | null) => (cost === null ? '-' : cost.toFixed(3));
  const rows = figures.flatMap((one) =>
    SET_NAMES.map((set) => {
      const { genuine, impostor, eer, fnmr, cllr, minCllr } = one[set];
      const levels = FMR_LEVELS.map((level) => percent(fnmr[level]));
      return [
        one.lists,
        set,
        `${genuine} / ${impostor}`,
        percent(eer),
        ...levels,
        `${bits(cllr)} (${bits(minCllr)})`,
      ];
    }),
  );
  const gaps = figures.flatMap((one) =>
    SET_NAMES.flatMap((set) =>
      one[set].gaps.map((gap) => [
        one.lists,
        set,
        gap.dimension,
        `${gap.worst} behind ${gap.best}`,
        `${percent(gap.difference)} (${gap.interval.map(percent).join(' to ')})`,
      ]),
    ),
  );
  const head = [
    'lists',
    'what',
    'genuine / impostor',
    'EER',
    ...FMR_LEVELS.map((level) => `FNMR at FMR ${level}`),
    'Cllr (least)',
  ];
  return `${table(head, rows)}\n\n${table(['lists', 'what', 'by', 'worst group', 'FNMR gap, 95 % over people'], gaps)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Rates of groups alone, so that the file may be published. */
function documented(lists: string, { lineage, sets }: ReportFigures): DocumentedFigures[number] {
  const measured = (set: ReportFigures['sets']['faces']) => ({
    ...set,
    gaps: set.slices.flatMap(({ dimension, gap }) => (gap ? [{ dimension, ...gap }] : [])),
  });
  const { faces, voices, fused } = sets;
  return {
    lists,
    model: lineage.model,
    ...{
      faces: Measured.parse(measured(faces)),
      voices: Measured.parse(measured(voices)),
      fused: Measured.parse(measured(fused)),
    },
  };
}

if (process.argv[1] && import.meta.filename === resolve(process.argv[1])) {
  const figures: DocumentedFigures = [];
  for (const argument of process.argv.slice(2)) {
    const [lists = '', file = ''] = argument.split('=');
    figures.push(documented(lists, ReportFigures.parse(JSON.parse(await readFile(file, 'utf8')))));
  }
  await writeFile(figuresFile, `${JSON.stringify(figures, null, 2)}\n`);
  await writeFile(documentFile, withFigures(await readFile(documentFile, 'utf8'), figures));
}
