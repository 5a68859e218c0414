/** A grid of points; neighbours in both directions make the surface. Positions in half head heights. */
export interface Surface {
  readonly kind: 'skin' | 'hair' | 'neck' | 'cloth' | 'mouth';
  readonly rows: number;
  readonly columns: number;
  /** Where each point is while the face does what it does, in the head's own axes. */
  readonly positions: Float32Array;
  /** Where it is when the face is at rest: what is painted there goes along. */
  readonly rest: Float32Array;
  readonly normals: Float32Array;
}

export type Point = readonly [number, number, number];

export const gaussian = (distance: number, width: number) =>
  Math.exp((-0.5 * distance * distance) / (width * width));

export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

export function grid(
  kind: Surface['kind'],
  { rows, columns }: { rows: number; columns: number },
  point: (u: number, v: number) => Point,
): Surface {
  const positions = new Float32Array(rows * columns * 3);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      positions.set(point(column / (columns - 1), row / (rows - 1)), (row * columns + column) * 3);
  return surfaceOf(kind, { rows, columns, positions, rest: positions });
}

export function surfaceOf(
  kind: Surface['kind'],
  points: Pick<Surface, 'rows' | 'columns' | 'positions' | 'rest'>,
): Surface {
  return { kind, ...points, normals: normalsOf(points.positions, points.rows, points.columns) };
}

/** Of unit length, by the neighbours of each point. */
function normalsOf(points: Float32Array, rows: number, columns: number): Float32Array {
  const normals = new Float32Array(points.length);
  for (let row = 0; row < rows; row++) {
    const above = Math.max(0, row - 1) * columns;
    const below = Math.min(rows - 1, row + 1) * columns;
    for (let column = 0; column < columns; column++) {
      const left = (row * columns + Math.max(0, column - 1)) * 3;
      const right = (row * columns + Math.min(columns - 1, column + 1)) * 3;
      const up = (above + column) * 3;
      const down = (below + column) * 3;
      const ux = points[right]! - points[left]!;
      const uy = points[right + 1]! - points[left + 1]!;
      const uz = points[right + 2]! - points[left + 2]!;
      const vx = points[up]! - points[down]!;
      const vy = points[up + 1]! - points[down + 1]!;
      const vz = points[up + 2]! - points[down + 2]!;
      const nx = uy * vz - uz * vy;
      const ny = uz * vx - ux * vz;
      const nz = ux * vy - uy * vx;
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
      const at = (row * columns + column) * 3;
      normals[at] = nx / length;
      normals[at + 1] = ny / length;
      normals[at + 2] = nz / length;
    }
  }
  return normals;
}
