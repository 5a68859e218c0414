import { Random } from '@visavox/recognition/synthetic/random';
import { expect, it } from 'vitest';
import { SketchScan } from './sketch-scan.ts';

const random = new Random('sketches');
const bits = () =>
  BigUint64Array.from([0, 1], () => (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32)));
const differing = (a: BigUint64Array, b: BigUint64Array) =>
  [...a].reduce((sum, word, at) => sum + (word ^ b[at]!).toString(2).replaceAll('0', '').length, 0);

it('names the rows that differ in so many bits at most, as counting them one by one does', () => {
  const scan = new SketchScan();
  const sketches = Array.from({ length: 40_000 }, bits);
  for (const [row, sketch] of sketches.entries()) scan.set(row, sketch);
  const query = bits();
  for (const [rows, most] of [
    [40_000, 52],
    [16_384, 55],
    [16_385, 55],
    [1, 128],
    [0, 128],
  ] as const) {
    const wanted = sketches
      .slice(0, rows)
      .flatMap((sketch, row) => (differing(sketch, query) <= most ? row : []));
    expect(scan.near(query, { rows, most })).toEqual(wanted);
  }
  scan.set(7, query);
  expect(scan.near(query, { rows: 40_000, most: 0 })).toEqual([7]);
  expect(scan.near(query, { rows: 40_000, most: 128 })).toHaveLength(40_000);
});
