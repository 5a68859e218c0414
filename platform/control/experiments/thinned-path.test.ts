import { expect, it } from 'vitest';
import { ThinnedPath } from './thinned-path.ts';

interface Point {
  readonly at: number;
  readonly high: number;
}
const pathOf = (values: readonly number[]) => {
  const path = new ThinnedPath<Point>((a, b) => ({ at: b.at, high: Math.max(a.high, b.high) }));
  for (const [index, high] of values.entries()) path.add({ at: index + 1, high });
  return path.points;
};

it('keeps all points while they are few', () => {
  expect(pathOf([3, 1, 2])).toEqual([
    { at: 1, high: 3 },
    { at: 2, high: 1 },
    { at: 3, high: 2 },
  ]);
});

it('keeps few points of many, equally far apart, with every peak and the end', () => {
  const values = Array.from({ length: 12_345 }, (_, index) => (index === 7000 ? 99 : index % 10));
  const points = pathOf(values);
  expect(points.length).toBeGreaterThan(90);
  expect(points.length).toBeLessThanOrEqual(200);
  expect(points.at(-1)?.at).toBe(12_345);
  const apart = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? 0));
  expect(new Set(apart.slice(0, -1)).size).toBe(1);
  const peak = points.find(({ high }) => high === 99);
  expect(peak?.at).toBeGreaterThanOrEqual(7001);
  expect(peak?.at).toBeLessThan(7001 + (apart[0] ?? 0));
});
