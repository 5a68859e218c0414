import { describe, expect, it } from 'vitest';
import { decodeWordPrints, encodeWordPrints, likeness, type WordPrint } from './word-prints.ts';

const BANDS = 96;

/** Random bits; what rises has changed. */
function words(count: number): WordPrint[] {
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  return Array.from({ length: count }, (_, index) => {
    const rows = new Uint32Array((8 + Math.floor(random() * 60)) * 6);
    for (let at = 0; at < rows.length; at++)
      rows[at] = random() * 2 ** 32 * (index % 4 === 0 ? 0 : 1) + (at % 6 === 5 ? 2 ** 31 : 0);
    for (let at = 0; at < rows.length; at++) if (at % 6 > 2) rows[at]! &= rows[at - 3]!;
    return { digit: String(index % 10), rows };
  });
}

/** 1 where a band rises, -1 where it falls, 0 where it does neither. */
function changesOf({ rows }: WordPrint): number[][] {
  const bit = (row: number, part: number, band: number) =>
    (rows[row * 6 + part + (band >> 5)]! >>> (band & 31)) & 1;
  return Array.from({ length: rows.length / 6 }, (_, row) =>
    Array.from({ length: BANDS }, (_, band) => bit(row, 0, band) * (bit(row, 3, band) ? 1 : -1)),
  );
}

function slowly(one: WordPrint, other: WordPrint): number {
  const [a, b] = [changesOf(one), changesOf(other)];
  const least = Math.ceil(0.7 * Math.min(a.length, b.length));
  let best = -1;
  for (let shift = -10; shift <= b.length - a.length + 10; shift++) {
    const pairs = a.flatMap((row, at) => (b[at + shift] ? [[row, b[at + shift]!] as const] : []));
    if (pairs.length < least) continue;
    const sum = (of: (x: number, y: number) => number) =>
      pairs.reduce((all, [x, y]) => all + x.reduce((row, value, band) => row + of(value, y[band]!), 0), 0);
    const changed = sum((x) => x * x);
    const others = sum((_, y) => y * y);
    best = Math.max(best, sum((x, y) => x * y) / Math.sqrt(Math.max(1, changed) * Math.max(1, others)));
  }
  return best;
}

describe('the print of a word', () => {
  it('is as like another as counting band by band says', () => {
    const some = words(8);
    for (const one of some)
      for (const other of some) expect(likeness(one, other)).toBeCloseTo(slowly(one, other), 12);
    expect(likeness(some[1]!, some[1]!)).toBe(1);
  });

  it('is the same after it was kept', () => {
    const some = words(20);
    const bytes = encodeWordPrints(some);
    // As it comes out of a file or a database: not at the beginning of its memory.
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(decodeWordPrints(moved.subarray(3))).toEqual(some);
    expect(bytes.slice(0, 2)).toEqual(Uint8Array.of('0'.charCodeAt(0), some[0]!.rows.length / 6));
    expect(new DataView(bytes.buffer).getUint32(2 + 4 * 7, true)).toBe(some[0]!.rows[7]);
  });

  it('is refused where a part of it is missing', () => {
    const bytes = encodeWordPrints(words(2));
    for (const length of [1, 2, 7, bytes.length - 1])
      expect(() => decodeWordPrints(bytes.subarray(0, length))).toThrow('cut off');
    expect(decodeWordPrints(new Uint8Array())).toEqual([]);
  });
});
