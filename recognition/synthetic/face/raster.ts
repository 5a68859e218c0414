import type { Surface } from './surface.ts';

/** What is seen in each pixel: which surface, where on it and how it faces. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Index into the surfaces plus one; 0 is the background. */
  readonly surface: Uint8Array;
  /** World depth, larger is nearer. */
  readonly depth: Float32Array;
  /** x, y, z on the surface at rest, in the head's own axes. */
  readonly rest: Float32Array;
  /** x, y, z in the world. */
  readonly world: Float32Array;
  readonly normal: Float32Array;
  readonly camera: Camera;
  /** The camera in the head's own axes. */
  readonly eye: readonly [number, number, number];
}

export interface Pose {
  /** Radians: to the person's left, up, and tilted to the person's left. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** A pinhole in front of the face: `centre` is the pixel where the head's origin lies, `scale` pixels a unit at depth 0. */
export interface Camera {
  readonly centreX: number;
  readonly centreY: number;
  readonly scale: number;
  readonly distance: number;
}

/** Pixels a unit at depth z. */
export function perspective(camera: Camera, z: number): number {
  return (camera.scale * camera.distance) / (camera.distance - z);
}

/** Row by row; its transpose turns back. */
type Rotation = readonly number[];

function rotation({ yaw, pitch, roll }: Pose): Rotation {
  const [cy, sy, cp, sp, cr, sr] = [
    Math.cos(yaw),
    Math.sin(yaw),
    Math.cos(pitch),
    Math.sin(pitch),
    Math.cos(roll),
    Math.sin(roll),
  ];
  return [
    cr * cy - sr * sp * sy,
    -sr * cp,
    cr * sy + sr * sp * cy,
    sr * cy + cr * sp * sy,
    cr * cp,
    sr * sy - cr * sp * cy,
    -cp * sy,
    sp,
    cp * cy,
  ];
}

/** The neck turns half as far, the shoulders not at all. */
const follows = { skin: 1, hair: 1, mouth: 1, neck: 0.4, cloth: 0 } as const;

/** Which triangle is seen in a pixel, and where in it: its first point, which half of the cell it is, two weights. */
interface Seen {
  readonly point: Int32Array;
  readonly second: Float32Array;
  readonly third: Float32Array;
}

/** A surface in the world and on the screen. */
interface Placed {
  readonly surface: Surface;
  readonly world: Float32Array;
  readonly normals: Float32Array;
  readonly screen: Float32Array;
}

export function rasterise(
  surfaces: readonly Surface[],
  view: { width: number; height: number; pose: Pose; camera: Camera },
): Scene {
  const { width, height, camera } = view;
  const pixels = width * height;
  const head = rotation(view.pose);
  const scene: Scene = {
    width,
    height,
    camera,
    surface: new Uint8Array(pixels),
    depth: new Float32Array(pixels).fill(-1e9),
    rest: new Float32Array(pixels * 3),
    world: new Float32Array(pixels * 3),
    normal: new Float32Array(pixels * 3),
    eye: [head[6]! * camera.distance, head[7]! * camera.distance, head[8]! * camera.distance],
  };
  const seen: Seen = {
    point: new Int32Array(pixels),
    second: new Float32Array(pixels),
    third: new Float32Array(pixels),
  };
  const placed = surfaces.map((surface, index) => {
    const share = follows[surface.kind];
    const { yaw, pitch, roll } = view.pose;
    const turn =
      share === 1 ? head : rotation({ yaw: yaw * share, pitch: pitch * share, roll: roll * share });
    const one = place(surface, turn, camera);
    draw(scene, seen, one, index + 1);
    return one;
  });
  resolve(scene, seen, placed);
  return scene;
}

function place(surface: Surface, turn: Rotation, camera: Camera): Placed {
  const world = turned(surface.positions, turn);
  const screen = new Float32Array((world.length / 3) * 2);
  for (let point = 0; point * 3 < world.length; point++) {
    const factor = perspective(camera, world[point * 3 + 2]!);
    screen[point * 2] = camera.centreX + world[point * 3]! * factor;
    screen[point * 2 + 1] = camera.centreY - world[point * 3 + 1]! * factor;
  }
  return { surface, world, normals: turned(surface.normals, turn), screen };
}

function turned(points: Float32Array, turn: Rotation): Float32Array {
  const [a, b, c, d, e, f, g, h, i] = turn as [
    ...[number, number, number],
    ...[number, number, number],
    ...[number, number, number],
  ];
  const out = new Float32Array(points.length);
  for (let at = 0; at < points.length; at += 3) {
    const x = points[at]!;
    const y = points[at + 1]!;
    const z = points[at + 2]!;
    out[at] = a * x + b * y + c * z;
    out[at + 1] = d * x + e * y + f * z;
    out[at + 2] = g * x + h * y + i * z;
  }
  return out;
}

function draw(scene: Scene, seen: Seen, placed: Placed, mark: number): void {
  const { rows, columns } = placed.surface;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corner = row * columns + column;
      drawTriangle(scene, seen, placed, mark, corner, 0);
      drawTriangle(scene, seen, placed, mark, corner, 1);
    }
  }
}

/** The points of the upper left (`half` 0) or the lower right half of a cell, from its upper left corner. */
const second = (columns: number, half: number) => (half === 0 ? 1 : columns + 1);
const first = (half: number) => half;

function drawTriangle(
  scene: Scene,
  seen: Seen,
  { surface, screen, world }: Placed,
  mark: number,
  corner: number,
  half: number,
): void {
  const { columns } = surface;
  const a = corner + first(half);
  const b = corner + second(columns, half);
  const c = corner + columns;
  const ax = screen[a * 2]!;
  const ay = screen[a * 2 + 1]!;
  const bx = screen[b * 2]!;
  const by = screen[b * 2 + 1]!;
  const cx = screen[c * 2]!;
  const cy = screen[c * 2 + 1]!;
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
  const right = Math.min(scene.width - 1, Math.floor(Math.max(ax, bx, cx)));
  if (left > right) return;
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
  const bottom = Math.min(scene.height - 1, Math.floor(Math.max(ay, by, cy)));
  const [az, bz, cz] = [world[a * 3 + 2]!, world[b * 3 + 2]!, world[c * 3 + 2]!];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
      const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
      const wa = 1 - wb - wc;
      if (wa < -1e-6 || wb < -1e-6 || wc < -1e-6) continue;
      const depth = wa * az + wb * bz + wc * cz;
      const pixel = y * scene.width + x;
      if (depth <= scene.depth[pixel]!) continue;
      scene.depth[pixel] = depth;
      scene.surface[pixel] = mark;
      seen.point[pixel] = corner * 2 + half;
      seen.second[pixel] = wb;
      seen.third[pixel] = wc;
    }
  }
}

/** Fills in what the nearest triangle has in each pixel. */
function resolve(scene: Scene, seen: Seen, placed: readonly Placed[]): void {
  for (let pixel = 0; pixel < scene.surface.length; pixel++) {
    const one = placed[scene.surface[pixel]! - 1];
    if (!one) continue;
    const { surface, world, normals } = one;
    const corner = seen.point[pixel]! >> 1;
    const half = seen.point[pixel]! & 1;
    const a = (corner + first(half)) * 3;
    const b = (corner + second(surface.columns, half)) * 3;
    const c = (corner + surface.columns) * 3;
    const wb = seen.second[pixel]!;
    const wc = seen.third[pixel]!;
    const wa = 1 - wb - wc;
    const to = pixel * 3;
    for (let axis = 0; axis < 3; axis++) {
      scene.rest[to + axis] =
        wa * surface.rest[a + axis]! + wb * surface.rest[b + axis]! + wc * surface.rest[c + axis]!;
      scene.world[to + axis] = wa * world[a + axis]! + wb * world[b + axis]! + wc * world[c + axis]!;
      scene.normal[to + axis] = wa * normals[a + axis]! + wb * normals[b + axis]! + wc * normals[c + axis]!;
    }
  }
}
