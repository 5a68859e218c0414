const binsAtMost = 32;
/** Of the 53 digits that a number has: the number of a bin, and a bin's bounds, are exact. */
const digits = 50;

/** A power of two that makes some twenty bins, 33 at most, of numbers from `least` to `most`. */
export function binWidth(least, most, whole) {
  const range = most / binsAtMost - least / binsAtMost;
  const magnitude = Math.max(Math.abs(least), Math.abs(most));
  const exponent =
    range > 0 ? Math.ceil(Math.log2(range)) : magnitude > 0 ? Math.floor(Math.log2(magnitude)) - 20 : -20;
  const finest = magnitude > 0 ? Math.floor(Math.log2(magnitude)) - digits : exponent;
  return 2 ** Math.max(exponent, finest, whole ? 0 : -1000);
}

/** From counts by the number of a bin; bins between them that hold nothing are there as well. */
export function histogramOf(found, width) {
  const counted = new Map(found.map(({ bin, n }) => [Number(bin), Number(n)]));
  const first = Math.min(...counted.keys());
  const bins = Math.max(...counted.keys()) - first + 1;
  const index = [...Array(bins + 1).keys()];
  return {
    bounds: index.map((bin) => (first + bin) * width),
    counts: index.slice(0, -1).map((bin) => counted.get(first + bin) ?? 0),
  };
}
