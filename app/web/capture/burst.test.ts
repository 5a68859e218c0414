import { expect, it } from 'vitest';
import { chosen } from './burst.ts';

const jpeg = new Blob();
const every = (milliseconds: number, from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / milliseconds) }, (_, index) => ({
    at: from + index * milliseconds,
    jpeg,
  }));

it('sends every picture of the speech, every other of the turn, and none of long before or after', () => {
  const { frames, times } = chosen(every(120, 0, 16_000), 10_000, 3.6);
  expect(frames).toHaveLength(times.length);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(-8000);
  expect(Math.max(...times)).toBeLessThanOrEqual(3600);
  expect(times.filter((time) => time >= 0)).toHaveLength(30);
  const before = times.filter((time) => time < 0);
  expect(before.every((time, index) => index === 0 || time - (before[index - 1] ?? 0) >= 216)).toBe(true);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
});
