import { expect, it } from 'vitest';
import { sparkline } from './sparkline.ts';

it.each([
  ['a fall', [8, 7, 6, 5, 4, 3, 2, 1], '█▇▆▅▄▃▂▁'],
  ['more than there is room for, with the last value at the end', [...Array(90).keys()], '▁▁▂▃▄▅▆▇██'],
  ['what does not change', [3, 3, 3], '▅▅▅'],
  ['what is no number', [1, Number.NaN, 2, Number.POSITIVE_INFINITY], '▁×█×'],
  ['nothing', [], ''],
])('draws %s', (_what, values, picture) => {
  expect(sparkline(values, 10)).toBe(picture);
});

it('draws values within a range: full is its end, and what is outside is at its edge', () => {
  expect(sparkline([-3, 0, 5, 9.9, 10, 12], 10, { from: 0, to: 10 })).toBe('▁▁▅███');
});
