import { z } from 'zod';
import {
  CalibrationPoint,
  checkCalibration,
  DetPoint,
  detCurve,
  Histogram,
  histogram,
  RejectPoint,
  rejectCurve,
} from '../curves.ts';
import { errorRates, FMR_LEVELS, type FmrLevel } from '../error-rates.ts';
import { type ScoredSet, scoresOf } from '../scored-comparisons.ts';
import { SlicedBy, sliced } from '../slices.ts';

export const SET_NAMES = ['faces', 'voices', 'fused'] as const;
export type SetName = (typeof SET_NAMES)[number];

const Levels = <T extends z.ZodType>(value: T) => z.object({ '1e-2': value, '1e-3': value, '1e-4': value });

/** All that a report shows of one set of comparisons: counts, rates and curves, and nobody's score. */
export const SetFigures = z.object({
  genuine: z.number().int(),
  impostor: z.number().int(),
  people: z.number().int(),
  failed: z.number().int(),
  eer: z.number().nullable(),
  fnmr: Levels(z.number().nullable()),
  fnmrInterval: Levels(z.tuple([z.number(), z.number()]).nullable()),
  cllr: z.number().nullable(),
  minCllr: z.number().nullable(),
  /** The threshold at which slices and the reject curve are counted, and the FMR that it keeps here. */
  operatingPoint: z.object({ threshold: z.number(), fmr: z.number() }).nullable(),
  det: z.array(DetPoint),
  histogram: Histogram,
  calibration: z.array(CalibrationPoint),
  reject: z.array(RejectPoint),
  slices: z.array(SlicedBy),
});
export type SetFigures = z.infer<typeof SetFigures>;

/** Where the model comes from, as far as this run knows. */
export const Lineage = z.object({
  model: z.string(),
  bundle: z.string(),
  parent: z.string().nullable(),
  dataset: z.string().nullable(),
  seed: z.number().int(),
  /** What was compared, in a sentence's end: `on the people that no model learns from`. */
  on: z.string(),
  people: z.object({ train: z.number(), validation: z.number(), evaluation: z.number() }).nullable(),
  recordings: z.number().int().nullable(),
  networks: z.array(
    z.object({ name: z.string(), digest: z.string(), source: z.string(), licence: z.string() }),
  ),
  calibration: z.object({
    on: z.string(),
    how: z.string(),
    targetFmr: z.number(),
    threshold: z.number(),
    stepUp: z.number(),
    /** What each modality has to reach by itself; not there in reports of earlier versions. */
    face: z.number().optional(),
    voice: z.number().optional(),
  }),
});
export type Lineage = z.infer<typeof Lineage>;

/** The champion's figures on the same comparisons, from the gate. */
export const AgainstChampion = z.object({
  units: z.number().int(),
  metrics: z.array(
    z.object({
      metric: z.string(),
      champion: z.number().nullable(),
      candidate: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
    }),
  ),
});
export type AgainstChampion = z.infer<typeof AgainstChampion>;

export const ReportFigures = z.object({
  format: z.literal(1),
  lineage: Lineage,
  sets: z.object({ faces: SetFigures, voices: SetFigures, fused: SetFigures }),
  againstChampion: AgainstChampion.nullable(),
});
export type ReportFigures = z.infer<typeof ReportFigures>;

export function figuresOf(set: ScoredSet): SetFigures {
  const { genuine, impostor } = scoresOf(set.comparisons);
  const check = checkCalibration(set.comparisons);
  const operatingPoint = operatingPointOf(impostor);
  const { eer, fnmr, fnmrInterval } = errorRates(genuine, impostor);
  const interval = (level: FmrLevel): [number, number] | null => {
    const found = fnmrInterval[level];
    return found ? [...found] : null;
  };
  return {
    genuine: genuine.length,
    impostor: impostor.length,
    people: new Set(set.comparisons.map(({ person }) => person)).size,
    failed: set.comparisons.filter(({ score }) => score === -Infinity).length,
    eer,
    fnmr,
    fnmrInterval: { '1e-2': interval('1e-2'), '1e-3': interval('1e-3'), '1e-4': interval('1e-4') },
    cllr: check?.cllr ?? null,
    minCllr: check?.minCllr ?? null,
    operatingPoint,
    det: detCurve(genuine, impostor),
    histogram: histogram(genuine, impostor),
    calibration: check?.points ?? [],
    reject: operatingPoint ? rejectCurve(set.comparisons, operatingPoint.threshold) : [],
    slices: operatingPoint ? sliced(set, operatingPoint.threshold) : [],
  };
}

/** The strictest level of which three impostors and more speak; with few, the one that no impostor passes. */
function operatingPointOf(impostor: readonly number[]): SetFigures['operatingPoint'] {
  if (impostor.length === 0) return null;
  const descending = Float64Array.from(impostor).sort().reverse();
  const level = [...FMR_LEVELS]
    .slice(0, 2)
    .reverse()
    .find((one) => impostor.length >= 3 / Number(one));
  const fmr = level === undefined ? 0 : Number(level);
  const allowed = Math.floor(impostor.length * fmr + 1e-9);
  const refused = descending[allowed] ?? -Infinity;
  // Just above the best impostor that has to be refused.
  const threshold = Number.isFinite(refused) ? refused + Math.max(1e-9, Math.abs(refused) * 1e-9) : 0;
  return { threshold, fmr: descending.filter((score) => score >= threshold).length / impostor.length };
}
