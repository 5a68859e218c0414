/** Of unit length; the zero vector stays what it is. */
export function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** The mean direction of unit vectors. Throws for none. */
export function meanDirection(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors;
  if (!first) throw new TypeError('the mean of no vectors');
  const sum = new Float32Array(first.length);
  for (const vector of vectors) {
    if (vector.length !== first.length)
      throw new TypeError(`vectors of ${first.length} and ${vector.length} numbers cannot be averaged`);
    for (let index = 0; index < sum.length; index++) sum[index] = sum[index]! + vector[index]!;
  }
  return normalise(sum);
}

/** The cosine, for vectors of unit length. */
export function dot(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length)
    throw new TypeError(`vectors of ${a.length} and ${b.length} numbers cannot be compared`);
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** The cosine of two vectors' numbers from `from` to before `to`; 0 where either has none but zeros there. */
export function cosineOf(a: Float32Array, b: Float32Array, from = 0, to = a.length): number {
  if (a.length !== b.length)
    throw new TypeError(`vectors of ${a.length} and ${b.length} numbers cannot be compared`);
  let [product, first, second] = [0, 0, 0];
  for (let index = from; index < to; index++) {
    const [x, y] = [a[index]!, b[index]!];
    product += x * y;
    first += x * x;
    second += y * y;
  }
  return first === 0 || second === 0 ? 0 : product / Math.sqrt(first * second);
}
