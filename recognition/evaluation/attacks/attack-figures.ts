import { table } from 'visavox/table';
import { wilson } from '../error-rates.ts';
import type { Presentation } from './attacks.ts';

export interface AttackFigures {
  readonly material: string;
  /** The row, or `genuine`. */
  readonly attack: string;
  /** How it was done; `all` together. */
  readonly variant: string;
  /** Of all ways together, not of one of several. */
  readonly whole: boolean;
  readonly checks: string;
  readonly presentations: number;
  /** Attacks that were taken for live (APCER), or genuine answers that were not (BPCER). */
  readonly errors: number;
  readonly rate: number;
  /** 95 %, Wilson. */
  readonly interval: readonly [number, number];
  /** What refused them, how often. */
  readonly faults: Readonly<Record<string, number>>;
}

/** Each row, and where it was done in several ways each of them. */
export function figuresOf(material: string, presentations: readonly Presentation[]): AttackFigures[] {
  const rows = groupBy(presentations, ({ row }) => row);
  return [...rows].flatMap(([attack, all]) => {
    const variants = groupBy(all, ({ variant }) => variant);
    const whole = variants.size === 1;
    const counted = [...variants].map(([variant, some]) =>
      figureOf({ material, attack, variant, whole }, some),
    );
    return whole ? counted : [figureOf({ material, attack, variant: 'all', whole: true }, all), ...counted];
  });
}

function figureOf(
  what: Pick<AttackFigures, 'material' | 'attack' | 'variant' | 'whole'>,
  all: readonly Presentation[],
): AttackFigures {
  const faults: Record<string, number> = {};
  for (const { fault } of all) if (fault) faults[fault] = (faults[fault] ?? 0) + 1;
  const live = all.filter(({ fault }) => fault === null).length;
  const errors = what.attack === 'genuine' ? all.length - live : live;
  return {
    ...what,
    checks: [...new Set(all.map(({ checks }) => checks))].join(' | '),
    presentations: all.length,
    errors,
    rate: errors / all.length,
    interval: wilson(errors, all.length),
    faults,
  };
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

export function tableOf(rate: string, rows: readonly AttackFigures[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return table(
    [
      rate === 'BPCER' ? 'genuine answer' : 'attack',
      'how',
      'on',
      'presentations',
      rate,
      '95 % interval',
      'refused by',
    ],
    rows.map((row) => [
      row.attack,
      row.variant,
      row.material,
      row.presentations,
      percent(row.rate),
      row.interval.map(percent).join(' to '),
      Object.entries(row.faults)
        .map(([fault, count]) => `${fault} ${count}`)
        .join(', '),
    ]),
  );
}
