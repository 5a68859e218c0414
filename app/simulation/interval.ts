export interface Rate {
  readonly errors: number;
  readonly trials: number;
  /** null where there were no trials. */
  readonly rate: number | null;
  /** Exact 95 % interval (Clopper and Pearson, 1934). */
  readonly low: number | null;
  readonly high: number | null;
}

export function rateOf(errors: number, trials: number): Rate {
  if (trials === 0) return { errors, trials, rate: null, low: null, high: null };
  const low = errors === 0 ? 0 : solve((p) => 1 - atMost(errors - 1, trials, p), 0.025);
  const high = errors === trials ? 1 : 1 - solve((q) => atMost(errors, trials, 1 - q), 0.025);
  return { errors, trials, rate: errors / trials, low, high };
}

/** The p in 0..1 at which a rising function reaches the target. */
function solve(rising: (p: number) => number, target: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability of at most `count` successes in `trials`. */
function atMost(count: number, trials: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return count >= trials ? 1 : 0;
  let logTerm = trials * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= count; k++) {
    logTerm += Math.log((trials - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

export function describeRate({ rate, low, high, errors, trials }: Rate): string {
  if (rate === null || low === null || high === null) return '-';
  const percent = (value: number) => (value * 100).toFixed(value > 0 && value < 0.01 ? 2 : 1);
  return `${percent(rate)} % (${errors}/${trials}; ${percent(low)} to ${percent(high)})`;
}
