import type { Surface } from './geometry.ts';

/** What is seen in each pixel: which surface, where on it (in the head's own axes) and how it faces (in the world's). */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Index into the surfaces plus one; 0 is the background. */
  readonly surface: Uint8Array;
  /** World depth, larger is nearer. */
  readonly depth: Float32Array;
  /** x, y, z on the surface, before the head was turned. */
  readonly local: Float32Array;
  /** x, y, z in the world. */
  readonly world: Float32Array;
  readonly normal: Float32Array;
  readonly camera: Camera;
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

function rotation({ yaw, pitch, roll }: Pose): readonly number[] {
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
const follows = { skin: 1, hair: 1, neck: 0.4, cloth: 0 } as const;

export function rasterise(
  surfaces: readonly Surface[],
  view: { width: number; height: number; pose: Pose; camera: Camera },
): Scene {
  const { width, height, camera } = view;
  const pixels = width * height;
  const scene: Scene = {
    width,
    height,
    camera,
    surface: new Uint8Array(pixels),
    depth: new Float32Array(pixels).fill(-1e9),
    local: new Float32Array(pixels * 3),
    world: new Float32Array(pixels * 3),
    normal: new Float32Array(pixels * 3),
  };
  surfaces.forEach((surface, index) => {
    const share = follows[surface.kind];
    const { yaw, pitch, roll } = view.pose;
    drawSurface(
      scene,
      surface,
      index + 1,
      rotation({ yaw: yaw * share, pitch: pitch * share, roll: roll * share }),
    );
  });
  return scene;
}

function drawSurface(scene: Scene, surface: Surface, mark: number, turn: readonly number[]): void {
  const { rows, columns, positions } = surface;
  const world = new Float32Array(positions.length);
  for (let at = 0; at < positions.length; at += 3) {
    const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
    world[at] = turn[0]! * x + turn[1]! * y + turn[2]! * z;
    world[at + 1] = turn[3]! * x + turn[4]! * y + turn[5]! * z;
    world[at + 2] = turn[6]! * x + turn[7]! * y + turn[8]! * z;
  }
  const normals = gridNormals(world, rows, columns);
  const screen = new Float32Array(rows * columns * 2);
  for (let point = 0; point < rows * columns; point++) {
    const factor = perspective(scene.camera, world[point * 3 + 2]!);
    screen[point * 2] = scene.camera.centreX + world[point * 3]! * factor;
    screen[point * 2 + 1] = scene.camera.centreY - world[point * 3 + 1]! * factor;
  }
  const source = { screen, world, normals, positions };
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column;
      drawTriangle(scene, source, mark, a, a + 1, a + columns);
      drawTriangle(scene, source, mark, a + 1, a + columns + 1, a + columns);
    }
  }
}

function gridNormals(points: Float32Array, rows: number, columns: number): Float32Array {
  const normals = new Float32Array(points.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const left = (row * columns + Math.max(0, column - 1)) * 3;
      const right = (row * columns + Math.min(columns - 1, column + 1)) * 3;
      const up = (Math.max(0, row - 1) * columns + column) * 3;
      const down = (Math.min(rows - 1, row + 1) * columns + column) * 3;
      const [ux, uy, uz] = [
        points[right]! - points[left]!,
        points[right + 1]! - points[left + 1]!,
        points[right + 2]! - points[left + 2]!,
      ];
      const [vx, vy, vz] = [
        points[up]! - points[down]!,
        points[up + 1]! - points[down + 1]!,
        points[up + 2]! - points[down + 2]!,
      ];
      const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
      normals.set([nx / length, ny / length, nz / length], (row * columns + column) * 3);
    }
  }
  return normals;
}

interface Vertices {
  readonly screen: Float32Array;
  readonly world: Float32Array;
  readonly normals: Float32Array;
  readonly positions: Float32Array;
}

function drawTriangle(scene: Scene, from: Vertices, mark: number, a: number, b: number, c: number): void {
  const { screen } = from;
  const [ax, ay, bx, by, cx, cy] = [
    screen[a * 2]!,
    screen[a * 2 + 1]!,
    screen[b * 2]!,
    screen[b * 2 + 1]!,
    screen[c * 2]!,
    screen[c * 2 + 1]!,
  ];
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
  const right = Math.min(scene.width - 1, Math.floor(Math.max(ax, bx, cx)));
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
  const bottom = Math.min(scene.height - 1, Math.floor(Math.max(ay, by, cy)));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
      const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
      const wa = 1 - wb - wc;
      if (wa < -1e-6 || wb < -1e-6 || wc < -1e-6) continue;
      const depth = wa * from.world[a * 3 + 2]! + wb * from.world[b * 3 + 2]! + wc * from.world[c * 3 + 2]!;
      const pixel = y * scene.width + x;
      if (depth <= scene.depth[pixel]!) continue;
      scene.depth[pixel] = depth;
      scene.surface[pixel] = mark;
      for (let axis = 0; axis < 3; axis++) {
        const [ia, ib, ic] = [a * 3 + axis, b * 3 + axis, c * 3 + axis];
        const to = pixel * 3 + axis;
        scene.local[to] = wa * from.positions[ia]! + wb * from.positions[ib]! + wc * from.positions[ic]!;
        scene.world[to] = wa * from.world[ia]! + wb * from.world[ib]! + wc * from.world[ic]!;
        scene.normal[to] = wa * from.normals[ia]! + wb * from.normals[ib]! + wc * from.normals[ic]!;
      }
    }
  }
}
