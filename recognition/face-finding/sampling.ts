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
  const { width, height, data } = pyramid.level(index);
  const shrink = 2 ** index;
  const dx = (Math.cos(square.angle) * step) / shrink;
  const dy = (Math.sin(square.angle) * step) / shrink;
  const half = size / 2 - 0.5;
  const startX = square.x / shrink - 0.5 - dx * half + dy * half;
  const startY = square.y / shrink - 0.5 - dy * half - dx * half;
  const [lastX, lastY, below] = [width - 1, height - 1, width * 3];
  const isInside = (x: number, y: number) => x >= 0 && y >= 0 && x < lastX && y < lastY;
  let target = 0;
  for (let row = 0; row < size; row++) {
    const rowX = startX - row * dy;
    const rowY = startY + row * dx;
    // A row whose ends lie inside lies inside: most do, and need no care at the image's edges.
    const inside = isInside(rowX, rowY) && isInside(rowX + (size - 1) * dx, rowY + (size - 1) * dy);
    for (let column = 0; column < size; column++, target += 3) {
      const x = rowX + column * dx;
      const y = rowY + column * dy;
      if (!inside && (x <= -1 || y <= -1 || x >= width || y >= height)) {
        out[target] = out[target + 1] = out[target + 2] = 0;
        continue;
      }
      const left = Math.floor(x);
      const top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      let i = (top * width + left) * 3;
      let j = i + 3;
      let k = i + below;
      let l = k + 3;
      if (!inside) {
        const a = Math.max(top, 0) * below;
        const b = Math.min(top + 1, lastY) * below;
        const c = Math.max(left, 0) * 3;
        const d = Math.min(left + 1, lastX) * 3;
        [i, j, k, l] = [a + c, a + d, b + c, b + d];
      }
      const wa = (1 - fx) * (1 - fy);
      const wb = fx * (1 - fy);
      const wc = (1 - fx) * fy;
      const wd = fx * fy;
      out[target] = data[i]! * wa + data[j]! * wb + data[k]! * wc + data[l]! * wd;
      out[target + 1] = data[i + 1]! * wa + data[j + 1]! * wb + data[k + 1]! * wc + data[l + 1]! * wd;
      out[target + 2] = data[i + 2]! * wa + data[j + 2]! * wb + data[k + 2]! * wc + data[l + 2]! * wd;
    }
  }
  return out;
}

function halve({ width, height, data }: Pixels): Pixels {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const out = new Uint8Array(w * h * 3);
  const right = width > 1 ? 3 : 0;
  const below = height > 1 ? width * 3 : 0;
  for (let y = 0, target = 0; y < h; y++) {
    let i = y * 2 * width * 3;
    let j = i + below;
    for (let x = 0; x < w; x++, i += 6, j += 6, target += 3) {
      out[target] = (data[i]! + data[i + right]! + data[j]! + data[j + right]! + 2) >> 2;
      out[target + 1] = (data[i + 1]! + data[i + right + 1]! + data[j + 1]! + data[j + right + 1]! + 2) >> 2;
      out[target + 2] = (data[i + 2]! + data[i + right + 2]! + data[j + 2]! + data[j + right + 2]! + 2) >> 2;
    }
  }
  return { width: w, height: h, data: out };
}

/** Where the point (u, v) of the sampled square, both 0..1, lies in the image. */
export function pointInImage(square: Square, u: number, v: number): { x: number; y: number } {
  const cosine = Math.cos(square.angle);
  const sine = Math.sin(square.angle);
  const a = (u - 0.5) * square.side;
  const b = (v - 0.5) * square.side;
  return { x: square.x + a * cosine - b * sine, y: square.y + a * sine + b * cosine };
}
