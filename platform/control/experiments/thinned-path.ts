/** How something went, in 200 points at most, however long it goes on. */
const MOST = 200;

/**
 * What was added, one after the other, as stretches that grow together: where there are too many, each takes in its neighbour.
 * What remains depends on what was added alone, so that whoever reads the same journal sees the same.
 */
export class ThinnedPath<Point> {
  readonly #joined: (earlier: Point, later: Point) => Point;
  #points: Point[] = [];
  /** How many were added to each point, but for the last one. */
  #stretch = 1;
  #added = 0;

  constructor(joined: (earlier: Point, later: Point) => Point) {
    this.#joined = joined;
  }

  get points(): readonly Point[] {
    return [...this.#points];
  }

  add(point: Point): void {
    const last = this.#points.at(-1);
    if (last !== undefined && this.#added % this.#stretch !== 0)
      this.#points[this.#points.length - 1] = this.#joined(last, point);
    else this.#points.push(point);
    this.#added += 1;
    if (this.#points.length > MOST) this.#thin();
  }

  #thin(): void {
    this.#points = this.#points.flatMap((point, index, all) => {
      if (index % 2 === 1) return [];
      const next = all[index + 1];
      return [next === undefined ? point : this.#joined(point, next)];
    });
    this.#stretch *= 2;
  }
}
