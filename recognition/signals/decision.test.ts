import { expect, test } from 'vitest';
import { decide, fuse } from './decision.ts';

const policy = { targetFmr: 1e-3, threshold: 6, stepUp: 4 };

test.each([
  ['both speak for the person', fuse(5, 4), 'accept'],
  ['close to the threshold', fuse(3, 2), 'step_up'],
  ['neither speaks for the person', fuse(-3, -4), 'reject'],
  ['the face alone is clear', fuse(9, null), 'step_up'],
  ['a clear face with the voice of someone else', fuse(12, -4), 'step_up'],
  ['the voice alone is clear', fuse(null, 9), 'reject'],
  ['the voice outweighs a face that does not fit', fuse(-1, 9), 'step_up'],
] as const)('%s', (_, evidence, decision) => {
  expect(decide(evidence, policy)).toBe(decision);
});
