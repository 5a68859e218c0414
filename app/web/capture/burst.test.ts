import { expect, it } from 'vitest';
import { chosen } from './burst.ts';

const jpeg = new Blob();
const every = (milliseconds: number, from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / milliseconds) }, (_, index) => {
    const at = from + index * milliseconds;
    const clock = {
      at,
      captureTime: at - 45,
      presentationTime: at,
      mediaTime: at / 1000,
      presentedFrames: index,
    };
    return { at, jpeg, clock };
  });

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

it('tells when the camera made each picture, from the beginning of the recording', () => {
  const { times, clocks } = chosen(every(120, 0, 4000), 1000, 2);
  expect(clocks.map(({ at }) => at)).toEqual(times);
  expect(clocks.map(({ captureTime }) => captureTime)).toEqual(times.map((time) => time - 45));
});
