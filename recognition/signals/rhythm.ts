import type { WordSpan } from './word-spans.ts';

/** How well words follow the digits that appeared one after another. */
export interface Rhythm {
  /** Natural-log ratio: how much more likely these beginnings are of somebody who sees the digits than of a film made before. */
  readonly ratio: number;
  /** Seconds from the sight of a digit to its first sound, in the middle. */
  readonly usual: number;
}

/** Seconds by which people are earlier or later than they usually are, and how often and how much they are inattentive. */
const PERSON = { spread: 0.1, share: 0.1, later: 0.15, lateSpread: 0.28 } as const;
/** Of words that know nothing of the digits. */
const STRANGER_SPREAD = 0.5;
/** Nobody says a digit sooner than so, or begins so late: seconds, tried in steps. */
const TRIED = { around: 0.24, step: 0.02 } as const;

/** `cues`: when each digit appeared, in milliseconds from the first one. When that was is not told, but found. */
export function rhythmOf(spans: readonly WordSpan[], cues: readonly number[]): Rhythm {
  const delays = spans.map(({ from }, word) => from - (cues[word] ?? 0) / 1000);
  const sorted = [...delays].sort((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  let best = { ratio: Number.NEGATIVE_INFINITY, usual: middle };
  for (let usual = middle - TRIED.around; usual <= middle + TRIED.around; usual += TRIED.step) {
    const ratio = delays.reduce((sum, delay) => sum + Math.log(likely(delay - usual)), 0);
    if (ratio > best.ratio) best = { ratio, usual };
  }
  return best;
}

function likely(late: number): number {
  const { spread, share, later, lateSpread } = PERSON;
  const person = (1 - share) * bell(late, spread) + share * bell(late - later, lateSpread);
  return person / bell(late, STRANGER_SPREAD);
}

function bell(away: number, spread: number): number {
  return Math.exp(-0.5 * (away / spread) ** 2) / spread;
}
