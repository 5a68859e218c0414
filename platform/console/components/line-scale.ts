/** A point of a line; `y` is NaN or infinite where nothing can be drawn. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

export interface ChartLine {
  readonly key: string;
  readonly label: string;
  /** Which of the colours of lines, counted from 0. */
  readonly colour: number;
  readonly dashed: boolean;
  readonly points: readonly LinePoint[];
}

/** A line across, at a value at which something happens. */
export interface ChartBound {
  readonly label: string;
  readonly y: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Round numbers within a range: about `count` of them, `least` apart at least. */
export function ticks({ from, to }: Range, count: number, least = 0): readonly number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  const step = Math.max(power * (share < Math.SQRT2 ? 1 : share < 3.2 ? 2 : share < 7.1 ? 5 : 10), least);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** From the smallest to the largest, what is not finite left out; wide enough for something to be seen of one value alone. */
export function rangeOf(values: Iterable<number>): Range {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (from > to) return { from: 0, to: 1 };
  if (from < to) return { from, to };
  const room = Math.abs(from) / 10 || 1;
  return { from: from - room, to: to + room };
}

/** A range with some room above and below; what is never negative does not begin below zero. */
export function roomy({ from, to }: Range): Range {
  const room = (to - from) * 0.06;
  return { from: from >= 0 ? Math.max(0, from - room) : from - room, to: to + room };
}

/** The `d` of an SVG path through the points, which is interrupted where a value is not finite. */
export function pathOf(
  points: readonly LinePoint[],
  at: (point: LinePoint) => readonly [number, number],
): string {
  let pen = 'M';
  let path = '';
  for (const point of points) {
    if (!Number.isFinite(point.y)) {
      pen = 'M';
      continue;
    }
    const [x, y] = at(point);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  }
  return path;
}

/** All places that any of the lines has a point at, in order. */
export function placesOf(lines: readonly { readonly points: readonly LinePoint[] }[]): readonly number[] {
  return [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
}

/** The index of the place that is nearest; -1 where there is none. */
export function nearest(places: readonly number[], x: number): number {
  return places.reduce(
    (best, place, index) =>
      best < 0 || Math.abs(place - x) < Math.abs((places[best] ?? 0) - x) ? index : best,
    -1,
  );
}
