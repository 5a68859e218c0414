import type { SeenFace } from './lips.ts';

/** In how many ways a face moves while it speaks. A program that opens a photograph's mouth moves it in one. */
export interface FacialLife {
  /**
   * Deviation of the lips' shape along its second and its third principal direction, in parts of the distance from eyes to mouth.
   */
  readonly second: number;
  readonly third: number;
  /** Deviation of the eyes' opening, in parts of how far they usually are open: blinks, and what comes with speech. */
  readonly lids: number;
}

const FEWEST_FRAMES = 12;
const ROUNDS = 60;

/** Null with too few pictures during the speech. */
export function facialLife(faces: readonly SeenFace[]): FacialLife | null {
  const during = faces.filter(({ at }) => at >= 0);
  if (during.length < FEWEST_FRAMES) return null;
  const [, second = 0, third = 0] = deviations(
    during.map(({ lips }) => lips),
    3,
  );
  const gaps = during.map(({ lids }) => lids).sort((a, b) => a - b);
  const usual = gaps[gaps.length >> 1] || 1;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return { second, third, lids: Math.sqrt(squares) / usual };
}

/** Along the first few principal directions, by powers of the covariance. */
function deviations(shapes: readonly Float32Array[], count: number): number[] {
  const size = shapes[0]?.length ?? 0;
  const covariance = covarianceOf(shapes, size);
  const found: number[] = [];
  for (let direction = 0; direction < count; direction++) {
    let vector = Float64Array.from({ length: size }, (_, at) => Math.sin(1.7 * at + direction) + 0.01);
    let length = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const next = new Float64Array(size);
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++)
          next[row]! += covariance[row * size + column]! * vector[column]!;
      length = Math.hypot(...next);
      if (length < 1e-15) break;
      vector = next.map((value) => value / length);
    }
    found.push(Math.sqrt(length));
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++)
        covariance[row * size + column]! -= length * vector[row]! * vector[column]!;
  }
  return found;
}

function covarianceOf(shapes: readonly Float32Array[], size: number): Float64Array {
  const mean = new Float64Array(size);
  for (const shape of shapes) for (let at = 0; at < size; at++) mean[at]! += shape[at]! / shapes.length;
  const covariance = new Float64Array(size * size);
  for (const shape of shapes)
    for (let row = 0; row < size; row++) {
      const value = (shape[row]! - mean[row]!) / shapes.length;
      for (let column = 0; column < size; column++)
        covariance[row * size + column]! += value * (shape[column]! - mean[column]!);
    }
  return covariance;
}
