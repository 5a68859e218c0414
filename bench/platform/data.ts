import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const smallFiles = 10_000;
const smallBytes = 4096;
export const largeBytes = 2_000_000_000;
const pieceBytes = 4 << 20;

/** Bytes that follow from a seed, and that nothing compresses. */
function noise(seed: string): (bytes: number) => Uint8Array {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (bytes) => cipher.update(Buffer.alloc(bytes));
}

/** In a hundred folders. */
export function writeSmallFiles(round: number, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const next = noise(`small ${round}`);
  for (let each = 0; each < smallFiles; each++) {
    const inside = join(folder, String(each % 100).padStart(2, '0'));
    if (each < 100) mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `${String(each).padStart(5, '0')}.bin`), next(smallBytes));
  }
}

export async function writeLargeFile(round: number, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const next = noise(`large ${round}`);
  const pieces = function* () {
    for (let left = largeBytes; left > 0; left -= pieceBytes) yield next(Math.min(pieceBytes, left));
  };
  await pipeline(Readable.from(pieces()), createWriteStream(file));
}

const segments = ['abcdef', 'bc', 'abdeg', 'abcdg', 'bcfg', 'acdfg', 'acdefg', 'abc', 'abcdefg', 'abcdfg'];
const places: Readonly<Record<string, readonly number[]>> = {
  ...{ a: [0, 1, 2, 3], b: [3, 7, 11], c: [15, 19, 23], d: [20, 21, 22, 23] },
  ...{ e: [12, 16, 20], f: [0, 4, 8], g: [12, 13, 14, 15] },
};

/** A thousand digits of seven segments, some of them hard to read. */
export function writeDigits(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const next = noise('digits');
  const rows = Array.from({ length: 1000 }, (_, index) => {
    const digit = index % 10;
    const shades = Array.from(next(24), (byte) => (byte / 255 - 0.5) * 1.2);
    for (const segment of segments[digit] ?? '')
      for (const place of places[segment] ?? []) shades[place] = (shades[place] ?? 0) + 1;
    return [digit, ...shades.map((shade) => shade.toFixed(3))].join(',');
  });
  writeFileSync(join(folder, 'digits.csv'), `${rows.join('\n')}\n`);
}
