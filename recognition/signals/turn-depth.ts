import { VIEW, type View } from './face-view.ts';
import type { SeenFace } from './lips.ts';

/**
 * How well a picture of the turned head is explained by bending the picture of the straight one, -1..1 (correlation). Paper and
 * screens, however they are held, bent or turned, are; so is a picture that a program shifts about. A head is not: its nose
 * covers one cheek and uncovers the other, and the light falls on it anew.
 */
export interface TurnDepth {
  readonly bent: number;
  /** Degrees between the two. */
  readonly apart: number;
}

/** Nearer together, nothing is told. */
const LEAST_APART = (9 * Math.PI) / 180;
/** Of the pictures of the turn, the second and the fourth farthest are looked at: the farthest may be a wrong one. */
const LOOKED_AT = [1, 3];

export function turnDepth(faces: readonly SeenFace[]): TurnDepth | null {
  const speaking = faces.filter(({ at }) => at >= 0);
  const before = faces.filter(({ at }) => at < 0);
  const yaw = median(speaking.map((face) => face.yaw));
  const [straight] = [...speaking].sort(
    (a, b) => Math.abs(a.yaw - yaw) + a.mouthOpening - (Math.abs(b.yaw - yaw) + b.mouthOpening),
  );
  const turned = before
    .filter((face) => Math.abs(face.yaw - yaw) >= LEAST_APART)
    .sort((a, b) => Math.abs(b.yaw - yaw) - Math.abs(a.yaw - yaw));
  if (!straight || turned.length === 0) return null;
  const looked = LOOKED_AT.map((index) => turned[Math.min(index, turned.length - 1)]!);
  const bent = looked.map((face) => bentOnto(straight.view, face.view));
  return {
    bent: Math.max(...bent),
    apart: (Math.abs(looked[0]!.yaw - yaw) * 180) / Math.PI,
  };
}

/** 1, x, y and their squares and product, for each of both directions: what a sheet can do that is turned or bent. */
const TERMS = 6;
const UNKNOWNS = 2 * TERMS;
const MOST_STEPS = 14;

interface Place {
  readonly at: number;
  readonly terms: Float32Array;
}

/** Below, a mouth that moves would look like a head that turns. */
const ABOVE_MOUTH = 0.32;

/** The face without hair, ears, what is behind, and the mouth. */
const places: readonly Place[] = (() => {
  const inside: Place[] = [];
  for (let y = 1; y < VIEW - 1; y++)
    for (let x = 1; x < VIEW - 1; x++) {
      const [u, v] = [(2 * x + 1) / VIEW - 1, (2 * y + 1) / VIEW - 1];
      if (v > ABOVE_MOUTH || (u / 0.62) ** 2 + ((v + 0.02) / 0.72) ** 2 > 1) continue;
      inside.push({ at: y * VIEW + x, terms: Float32Array.of(1, u, v, u * u, u * v, v * v) });
    }
  return inside;
})();

/** The highest correlation of `straight` with `turned`, as it is seen through any such bend (Lucas and Kanade, 1981). */
export function bentOnto(straight: View, turned: View): number {
  const [from, onto] = [smoothed(straight), smoothed(turned)];
  const wanted = Float32Array.from(places, ({ at }) => from[at]!);
  let bend = new Float64Array(UNKNOWNS);
  bend[1] = 1;
  bend[TERMS + 2] = 1;
  let now = seenThrough(onto, bend, wanted);
  let caution = 1e-3;
  for (let step = 0; step < MOST_STEPS && caution < 100; step++) {
    const next = improved(bend, now, wanted, caution);
    const then = seenThrough(onto, next, wanted);
    const gained = then.correlation - now.correlation;
    if (gained <= 1e-5) {
      caution *= 10;
      continue;
    }
    [bend, now] = [next, then];
    caution = Math.max(1e-4, caution / 5);
    if (gained < 2e-4) break;
  }
  return now.correlation;
}

interface Seen {
  readonly values: Float32Array;
  readonly slopesX: Float32Array;
  readonly slopesY: Float32Array;
  readonly mean: number;
  readonly correlation: number;
  /** What the values are multiplied by to be like the wanted ones. */
  readonly gain: number;
}

function seenThrough(view: Float32Array, bend: Float64Array, wanted: Float32Array): Seen {
  const count = places.length;
  const values = new Float32Array(count);
  const slopesX = new Float32Array(count);
  const slopesY = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const { terms } = places[index]!;
    let [u, v] = [0, 0];
    for (let term = 0; term < TERMS; term++) {
      u += bend[term]! * terms[term]!;
      v += bend[TERMS + term]! * terms[term]!;
    }
    const x = Math.max(0, Math.min(VIEW - 1.001, ((u + 1) * VIEW) / 2 - 0.5));
    const y = Math.max(0, Math.min(VIEW - 1.001, ((v + 1) * VIEW) / 2 - 0.5));
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, down] = [x - left, y - top];
    const at = top * VIEW + left;
    const [a, b, c, d] = [view[at]!, view[at + 1]!, view[at + VIEW]!, view[at + VIEW + 1]!];
    values[index] = (a * (1 - right) + b * right) * (1 - down) + (c * (1 - right) + d * right) * down;
    slopesX[index] = (((b - a) * (1 - down) + (d - c) * down) * VIEW) / 2;
    slopesY[index] = (((c - a) * (1 - right) + (d - b) * right) * VIEW) / 2;
  }
  const [mean, wantedMean] = [meanOf(values), meanOf(wanted)];
  let [product, squares, wantedSquares] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const [value, other] = [values[index]! - mean, wanted[index]! - wantedMean];
    product += value * other;
    squares += value * value;
    wantedSquares += other * other;
  }
  return {
    ...{ values, slopesX, slopesY, mean },
    correlation: product / Math.sqrt(squares * wantedSquares + 1e-6),
    gain: product / (squares + 1e-6),
  };
}

/** One step of Gauss and Newton, held back by `caution` (Levenberg and Marquardt). */
function improved(
  bend: Float64Array,
  { values, slopesX, slopesY, mean, gain }: Seen,
  wanted: Float32Array,
  caution: number,
): Float64Array<ArrayBuffer> {
  const width = UNKNOWNS + 1;
  const system = new Float64Array(UNKNOWNS * width);
  const row = new Float64Array(UNKNOWNS);
  const wantedMean = meanOf(wanted);
  for (let index = 0; index < values.length; index++) {
    const { terms } = places[index]!;
    const missing = (wanted[index]! - wantedMean) / gain - (values[index]! - mean);
    for (let term = 0; term < TERMS; term++) {
      row[term] = slopesX[index]! * terms[term]!;
      row[TERMS + term] = slopesY[index]! * terms[term]!;
    }
    for (let one = 0; one < UNKNOWNS; one++) {
      const value = row[one]!;
      for (let other = one; other < UNKNOWNS; other++) system[one * width + other]! += value * row[other]!;
      system[one * width + UNKNOWNS]! += value * missing;
    }
  }
  for (let one = 0; one < UNKNOWNS; one++) {
    for (let other = 0; other < one; other++) system[one * width + other] = system[other * width + one]!;
    system[one * width + one]! *= 1 + caution;
    system[one * width + one]! += 1e-6;
  }
  const change = solved(system, UNKNOWNS);
  return bend.map((value, index) => value + change[index]!) as Float64Array<ArrayBuffer>;
}

/** Gauss's elimination of `size` rows of `size + 1` numbers. */
function solved(system: Float64Array, size: number): Float64Array {
  const width = size + 1;
  for (let column = 0; column < size; column++) {
    const pivot = system[column * width + column]! || 1e-9;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = system[row * width + column]! / pivot;
      for (let at = column; at < width; at++)
        system[row * width + at]! -= factor * system[column * width + at]!;
    }
  }
  return Float64Array.from(
    { length: size },
    (_, row) => system[row * width + size]! / (system[row * width + row]! || 1e-9),
  );
}

/** Of 3 x 3 pixels. */
function smoothed(view: View): Float32Array {
  const out = new Float32Array(VIEW * VIEW);
  for (let y = 0; y < VIEW; y++)
    for (let x = 0; x < VIEW; x++) {
      let [sum, weights] = [0, 0];
      for (let down = -1; down <= 1; down++)
        for (let right = -1; right <= 1; right++) {
          const [column, row] = [x + right, y + down];
          if (column < 0 || row < 0 || column >= VIEW || row >= VIEW) continue;
          const weight = (2 - Math.abs(right)) * (2 - Math.abs(down));
          sum += weight * view[row * VIEW + column]!;
          weights += weight;
        }
      out[y * VIEW + x] = sum / weights;
    }
  return out;
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
