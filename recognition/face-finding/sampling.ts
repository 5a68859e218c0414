import { BYTES_PER_SAMPLE, halveRow, reserve, sampleInside } from './pixel-kernels.ts';

/** Interleaved RGB, upright. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A square of an image: centre and side in pixels, turned clockwise by `angle` radians. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly angle: number;
}

/** An image with its halves, quarters, …: made when first asked for. */
export class Pyramid {
  readonly image: Pixels;
  readonly #levels: Pixels[];

  constructor(image: Pixels) {
    this.image = image;
    this.#levels = [image];
  }

  level(index: number): Pixels {
    for (let last = this.#levels.length - 1; last < index; last++)
      this.#levels.push(halve(this.#levels[last]!));
    return this.#levels[index]!;
  }
}

/**
 * Samples `square` to `size` x `size` RGB (0..255, interleaved): bilinear, on the level of the pyramid
 * where a step is between half a pixel and one pixel and a half, so that shrinking averages areas. Black outside.
 * Every value of `out` is written.
 */
export function sampleSquare(
  pyramid: Pyramid,
  square: Square,
  size: number,
  out = new Float32Array(size * size * 3),
): Float32Array<ArrayBuffer> {
  const step = square.side / size;
  const index = Math.max(0, Math.min(6, Math.round(Math.log2(step))));
  const image = pyramid.level(index);
  const shrink = 2 ** index;
  const dx = (Math.cos(square.angle) * step) / shrink;
  const dy = (Math.sin(square.angle) * step) / shrink;
  const half = size / 2 - 0.5;
  const startX = square.x / shrink - 0.5 - dx * half + dy * half;
  const startY = square.y / shrink - 0.5 - dy * half - dx * half;
  const source = size * size * BYTES_PER_SAMPLE;
  const memory = reserve(source + image.data.length);
  memory.set(image.data, source);
  const samples = new Float32Array(memory.buffer, 0, size * size * 3);
  for (let row = 0; row < size; row++) {
    const line = { x: startX - row * dy, y: startY + row * dx, dx, dy, start: row * size };
    let from = 0;
    while (from < size && !isInside(image, line, from)) from++;
    let to = size;
    while (to > from && !isInside(image, line, to - 1)) to--;
    const [first, end] = [(line.start + from) * BYTES_PER_SAMPLE, (line.start + to) * BYTES_PER_SAMPLE];
    sampleInside(source, image.width * 3, first, end, line.x, line.y, dx, dy, from);
    if (from > 0) sampleAtEdges(image, line, samples, { from: 0, to: from });
    if (to < size) sampleAtEdges(image, line, samples, { from: to, to: size });
  }
  out.set(samples);
  return out;
}

/** Places in an image, one a column, from `x` and `y` on; what is there is written from sample `start` on. */
interface Line {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly start: number;
}

/** Whether all four pixels around the place are in the image. */
function isInside({ width, height }: Pixels, line: Line, column: number): boolean {
  const x = line.x + column * line.dx;
  const y = line.y + column * line.dy;
  return x >= 0 && y >= 0 && x < width - 1 && y < height - 1;
}

/** The same as {@link sampleInside} where some of the four pixels are missing: those at the edge stand for them, up to a pixel outside. */
function sampleAtEdges(
  { width, height, data }: Pixels,
  line: Line,
  out: Float32Array,
  { from, to }: { from: number; to: number },
): void {
  const [lastX, lastY, below] = [width - 1, height - 1, width * 3];
  for (let column = from, target = (line.start + from) * 3; column < to; column++, target += 3) {
    const x = line.x + column * line.dx;
    const y = line.y + column * line.dy;
    if (x <= -1 || y <= -1 || x >= width || y >= height) {
      out[target] = out[target + 1] = out[target + 2] = 0;
      continue;
    }
    const left = Math.floor(x);
    const top = Math.floor(y);
    const fx = x - left;
    const fy = y - top;
    const upper = Math.max(top, 0) * below;
    const lower = Math.min(top + 1, lastY) * below;
    const nearer = Math.max(left, 0) * 3;
    const farther = Math.min(left + 1, lastX) * 3;
    const wa = (1 - fx) * (1 - fy);
    const wb = fx * (1 - fy);
    const wc = (1 - fx) * fy;
    const wd = fx * fy;
    for (let channel = 0; channel < 3; channel++)
      out[target + channel] =
        data[upper + nearer + channel]! * wa +
        data[upper + farther + channel]! * wb +
        data[lower + nearer + channel]! * wc +
        data[lower + farther + channel]! * wd;
  }
}

function halve(image: Pixels): Pixels {
  const { width, height, data } = atLeastTwo(image);
  const w = width >> 1;
  const h = height >> 1;
  const source = w * h * 3;
  const memory = reserve(source + data.length);
  memory.set(data, source);
  for (let y = 0; y < h; y++) halveRow(source + 2 * y * width * 3, width * 3, y * w * 3, (y + 1) * w * 3);
  return { width: w, height: h, data: memory.slice(0, source) };
}

/** An image that is one pixel wide or high, twice beside itself: its mean with itself is the same. */
function atLeastTwo({ width, height, data }: Pixels): Pixels {
  if (width > 1 && height > 1) return { width, height, data };
  const [across, down] = [width > 1 ? 1 : 2, height > 1 ? 1 : 2];
  const out = new Uint8Array(data.length * across * down);
  for (let pixel = 0; pixel < width * across * height * down; pixel++) {
    const [x, y] = [pixel % (width * across), Math.floor(pixel / (width * across))];
    const at = (Math.floor(y / down) * width + Math.floor(x / across)) * 3;
    out.set(data.subarray(at, at + 3), pixel * 3);
  }
  return { width: width * across, height: height * down, data: out };
}

/** Where the point (u, v) of the sampled square, both 0..1, lies in the image. */
export function pointInImage(square: Square, u: number, v: number): { x: number; y: number } {
  const cosine = Math.cos(square.angle);
  const sine = Math.sin(square.angle);
  const a = (u - 0.5) * square.side;
  const b = (v - 0.5) * square.side;
  return { x: square.x + a * cosine - b * sine, y: square.y + a * sine + b * cosine };
}
