import { table } from 'visavox/table';
import type { Interval } from './people-bootstrap.ts';
import type { ProtocolName } from './protocols.ts';

export interface ProtocolFigure {
  readonly figure: string;
  /** A share of trials, or a cost; null where the trials cannot carry the claim. */
  readonly value: number | null;
  readonly unit: 'share' | 'cost' | 'bits';
  /** 95 %, bootstrapped over people. */
  readonly interval: Interval | null;
  /** Over the folds of a protocol that is published so. */
  readonly standardError?: number;
}

/** What was left out with `--allow-missing`: with anything here it is not the published protocol. */
export interface LeftOut {
  readonly recordings: number;
  readonly trials: number;
  /** Of all listed trials. */
  readonly share: number;
}

export interface Trialled {
  /** Of the same person, or bona fide. */
  readonly genuine: number;
  /** Of two people, or spoofed. */
  readonly impostor: number;
  /** By the list's names, or, where it has none, by what it says is the same. */
  readonly people: number;
  readonly leftOut: LeftOut;
  readonly recordings: number;
  /** Recordings that could not be used: their trials never match. */
  readonly failuresToAcquire: number;
  readonly failureCodes: Readonly<Record<string, number>>;
  readonly figures: readonly ProtocolFigure[];
}

export interface ProtocolReport extends Trialled {
  readonly protocol: ProtocolName;
  readonly lists: readonly string[];
  /** Null where the scores came from a file. */
  readonly model: string | null;
  readonly bundle: string | null;
  readonly scores: string | null;
  readonly seed: number;
}

export function reportTable(report: ProtocolReport): string {
  const { genuine, impostor, people, leftOut, recordings, failuresToAcquire, failureCodes } = report;
  const codes = Object.entries(failureCodes).map(([code, count]) => `${code} ${count}`);
  const lines = [
    `${report.protocol}: ${genuine} genuine and ${impostor} impostor trials, ${people} people`,
    report.scores
      ? `scores of ${report.scores}`
      : `${report.model}; ${failuresToAcquire} of ${recordings} recordings could not be used${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`,
    ...(leftOut.trials > 0 || leftOut.recordings > 0
      ? [
          `NOT the published protocol: ${leftOut.trials} trials (${percent(leftOut.share)}) are left out, because ${leftOut.recordings} recordings are missing`,
        ]
      : []),
  ];
  const rows = report.figures.map(({ figure, value, unit, interval, standardError }) => [
    figure,
    shown(value, unit) + (standardError === undefined ? '' : ` ± ${shown(standardError, unit)}`),
    interval ? interval.map((bound) => shown(bound, unit)).join(' to ') : '-',
  ]);
  return `${lines.join('\n')}\n\n${table(['figure', 'value', '95 % over people'], rows)}`;
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

function shown(value: number | null, unit: ProtocolFigure['unit']): string {
  if (value === null) return '-';
  return unit === 'share' ? percent(value) : value.toFixed(4);
}
