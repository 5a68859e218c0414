import { expect, test } from 'vitest';
import { decide, fuse } from './decision.ts';

const rule = { targetFmr: 1e-4, modalityFmr: 1e-2, face: 2, voice: 1.5, threshold: 6, stepUp: 4 };

test.each([
  ['both speak for the person', fuse(5, 4), 'accept'],
  ['each just enough, together not', fuse(2, 1.5), 'reject'],
  ['each enough, and together close', fuse(3, 2), 'step_up'],
  ['neither speaks for the person', fuse(-3, -4), 'reject'],
  ['the face alone is clear', fuse(9, null), 'step_up'],
  ['a clear face with the voice of someone else', fuse(12, -4), 'step_up'],
  ['a clear face with a voice that merely does not contradict', fuse(12, 1.4), 'step_up'],
  ['the voice alone is clear', fuse(null, 9), 'reject'],
  ['a clear voice beside a face that proves nothing', fuse(1.9, 9), 'step_up'],
] as const)('%s', (_, evidence, decision) => {
  expect(decide(evidence, rule)).toBe(decision);
});
