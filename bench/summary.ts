/** Median with the quartiles around it. */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export function summarise(values: readonly number[]): Summary {
  const at = quantiles(values);
  return { median: at(0.5), low: at(0.25), high: at(0.75), count: values.length };
}

/** The value that a share of all values are at or below. */
export function quantiles(values: readonly number[]): (share: number) => number {
  const sorted = [...values].sort((a, b) => a - b);
  return (share) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

export function describeSummary({ median, low, high, count }: Summary, unit: string): string {
  const digits = median < 10 ? 2 : 1;
  return `${median.toFixed(digits)} ${unit} (quartiles ${low.toFixed(digits)} to ${high.toFixed(digits)}, n ${count})`;
}
