/** Where between even odds and the target FMR errors weigh most. */
export const PRIOR = 0.05;
export const PRIOR_LOG_ODDS = Math.log(PRIOR / (1 - PRIOR));
/** Keeps the map of scores that do not overlap finite. */
const RIDGE = 1e-4;

/** One score, of which it is known to what part it is genuine. */
export interface Example {
  readonly z: number;
  /** How much of it is genuine, 0..1. */
  readonly genuine: number;
  readonly weight: number;
}

/** The a and b for which a z + b fits best as a log-likelihood ratio: Newton's method on the convex cross-entropy. */
export function fitLogOdds(examples: readonly Example[]): { a: number; b: number } {
  const ridge = RIDGE * mean(examples.map(({ weight }) => weight));
  const loss = (a: number, b: number) =>
    examples.reduce((sum, { z, genuine, weight }) => {
      const logOdds = a * z + b + PRIOR_LOG_ODDS;
      return sum + weight * (genuine * softplus(-logOdds) + (1 - genuine) * softplus(logOdds));
    }, 0) +
    (ridge / 2) * (a ** 2 + b ** 2);
  let [a, b] = [1, 0];
  let current = loss(a, b);
  for (let step = 0; step < 100; step++) {
    let [ga, gb] = [ridge * a, ridge * b];
    let [haa, hab, hbb] = [ridge, 0, ridge];
    for (const { z, genuine, weight } of examples) {
      const believed = 1 / (1 + Math.exp(-(a * z + b + PRIOR_LOG_ODDS)));
      const slope = weight * (believed - genuine);
      const curve = weight * believed * (1 - believed);
      ga += slope * z;
      gb += slope;
      haa += curve * z * z;
      hab += curve * z;
      hbb += curve;
    }
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    // A full step can go too far where the curve is flat.
    let size = 1;
    while (loss(a - size * da, b - size * db) > current && size > 1e-6) size /= 2;
    const next = loss(a - size * da, b - size * db);
    if (!(current - next > 1e-13)) break;
    a -= size * da;
    b -= size * db;
    current = next;
  }
  return { a, b };
}

function softplus(x: number): number {
  return x > 30 ? x : Math.log1p(Math.exp(x));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
