/** Where between even odds and the target FMR errors weigh most. */
export const PRIOR = 0.05;
export const PRIOR_LOG_ODDS = Math.log(PRIOR / (1 - PRIOR));
/** Keeps the map of scores that do not overlap finite. */
const RIDGE = 1e-4;
const STEPS = 100;

/** One comparison, of which it is known to what part it is genuine. */
export interface Example {
  readonly features: readonly number[];
  /** How much of it is genuine, 0..1. */
  readonly genuine: number;
  readonly weight: number;
}

/**
 * The slopes and the offset with which the features fit best as a log-likelihood ratio: Newton's method on the convex
 * cross-entropy. `ridge`: how much slopes (of features of mean 0 and deviation 1) are drawn towards nothing, relative to the
 * weight of all examples; of one example where it is left out.
 */
export function fitLogOdds(
  examples: readonly Example[],
  ridge?: number,
): { slopes: number[]; offset: number } {
  const size = examples[0]?.features.length ?? 0;
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const least = (total * RIDGE) / examples.length;
  const slopesDrawn = ridge === undefined ? least : total * ridge;
  const scales = Array.from({ length: size }, (_, at) =>
    scaleOf(examples.map(({ features }) => features[at]!)),
  );
  // The offset is the slope of a feature that is always 1.
  const rows = examples.map(({ features, genuine, weight }) => ({
    z: [...features.map((value, at) => (value - scales[at]!.mean) / scales[at]!.deviation), 1],
    genuine,
    weight,
  }));
  const drawn = (index: number) => (index < size ? slopesDrawn : least);
  const logOdds = (z: readonly number[], at: readonly number[]) =>
    z.reduce((sum, value, index) => sum + value * at[index]!, PRIOR_LOG_ODDS);
  const loss = (at: readonly number[]) =>
    rows.reduce((sum, { z, genuine, weight }) => {
      const odds = logOdds(z, at);
      return sum + weight * (genuine * softplus(-odds) + (1 - genuine) * softplus(odds));
    }, 0) + at.reduce((sum, value, index) => sum + (drawn(index) / 2) * value ** 2, 0);
  let point = [...scales.map(() => 1 / size), 0];
  let current = loss(point);
  for (let step = 0; step < STEPS; step++) {
    const gradient = point.map((value, index) => drawn(index) * value);
    const curvature = point.map((_, row) => point.map((_, column) => (row === column ? drawn(row) : 0)));
    for (const { z, genuine, weight } of rows) {
      const believed = 1 / (1 + Math.exp(-logOdds(z, point)));
      const slope = weight * (believed - genuine);
      const curve = weight * believed * (1 - believed);
      for (let row = 0; row < z.length; row++) {
        gradient[row]! += slope * z[row]!;
        for (let column = 0; column < z.length; column++)
          curvature[row]![column]! += curve * z[row]! * z[column]!;
      }
    }
    const direction = solved(curvature, gradient);
    const towards = (length: number) => point.map((value, at) => value - length * direction[at]!);
    // A full step can go too far where the curve is flat.
    let length = 1;
    while (loss(towards(length)) > current && length > 1e-6) length /= 2;
    const next = loss(towards(length));
    if (!(current - next > 1e-13)) break;
    point = towards(length);
    current = next;
  }
  const slopes = scales.map(({ deviation }, at) => point[at]! / deviation);
  const offset = slopes.reduce((sum, slope, at) => sum - slope * scales[at]!.mean, point[size]!);
  return { slopes, offset };
}

function scaleOf(values: readonly number[]): { mean: number; deviation: number } {
  const middle = mean(values);
  return { mean: middle, deviation: Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) || 1 };
}

/** Gauss and Jordan, for a few unknowns; the matrix is positive definite. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  for (let pivot = 0; pivot < rows.length; pivot++) {
    const lead = rows[pivot]!;
    for (const [index, row] of rows.entries()) {
      if (index === pivot) continue;
      const factor = row[pivot]! / lead[pivot]!;
      for (let at = pivot; at < row.length; at++) row[at]! -= factor * lead[at]!;
    }
  }
  return rows.map((row, index) => row.at(-1)! / row[index]!);
}

function softplus(x: number): number {
  return x > 30 ? x : Math.log1p(Math.exp(x));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
