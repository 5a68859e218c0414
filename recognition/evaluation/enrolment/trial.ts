import { wilson } from '../error-rates.ts';

/** One enrolment that was tried: what it was, and whether it was let through. */
export interface EnrolmentTrial {
  readonly rule: string;
  readonly what: string;
  /** Nothing was chosen on people who are not seen. */
  readonly on: string;
  readonly genuine: boolean;
  readonly passed: boolean;
}

export interface EnrolmentFigures {
  readonly rule: string;
  readonly what: string;
  readonly on: string;
  readonly genuine: boolean;
  readonly tries: number;
  /** Genuine ones that were refused, or others that were let through. */
  readonly errors: number;
  readonly rate: number;
  /** 95 %, Wilson. */
  readonly interval: readonly [number, number];
}

export function figuresOf(trials: readonly EnrolmentTrial[]): EnrolmentFigures[] {
  const rows = new Map<string, EnrolmentTrial[]>();
  for (const trial of trials) {
    const name = JSON.stringify([trial.rule, trial.what, trial.on]);
    rows.set(name, [...(rows.get(name) ?? []), trial]);
  }
  return [...rows.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const { rule, what, on, genuine } = first;
    const errors = all.filter(({ passed }) => passed !== genuine).length;
    const tries = all.length;
    return [
      { rule, what, on, genuine, tries, errors, rate: errors / tries, interval: wilson(errors, tries) },
    ];
  });
}
