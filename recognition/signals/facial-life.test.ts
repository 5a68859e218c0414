import { expect, test } from 'vitest';
import { lifeRatio } from './challenge-evidence.ts';
import { facialLife } from './facial-life.ts';
import type { SeenFace } from './lips.ts';

const outline = Array.from({ length: 18 }, (_, point) => (2 * Math.PI * point) / 18);

/** Lips that open, become narrow and move to a side by so much, and eyes that close for a moment now and then. */
function film(moves: { open: number; narrow: number; aside: number; blink: number }): SeenFace[] {
  return Array.from({ length: 30 }, (_, frame) => {
    const [open, narrow, aside] = [
      moves.open * Math.sin(frame),
      moves.narrow * Math.sin(1.7 * frame),
      moves.aside * Math.sin(2.9 * frame),
    ];
    const lips = outline.flatMap((angle) => [
      Math.cos(angle) * (0.4 + narrow) + aside * Math.sin(2 * angle),
      Math.sin(angle) * (0.15 + open),
    ]);
    return {
      ...{ at: frame * 0.1, yaw: 0, mouthOpening: 0.1, view: new Uint8Array() },
      ...{ lips: Float32Array.from(lips), lids: frame % 15 < 2 ? 0.2 - moves.blink : 0.2 },
    };
  });
}

const ratioOf = (faces: readonly SeenFace[]) => lifeRatio(facialLife(faces)!);

test('a face that moves its lips in several ways, and its lids, is alive', () => {
  expect(ratioOf(film({ open: 0.06, narrow: 0.04, aside: 0.03, blink: 0.12 }))).toBeGreaterThan(2);
});

test('a photograph whose mouth is opened moves in one way only', () => {
  const opened = film({ open: 0.06, narrow: 0, aside: 0, blink: 0 });
  expect(facialLife(opened)!.second).toBeLessThan(1e-3);
  expect(ratioOf(opened)).toBeLessThan(0);
});

test('the same movements are found whichever is the largest', () => {
  const one = facialLife(film({ open: 0.06, narrow: 0.03, aside: 0.01, blink: 0 }))!;
  const other = facialLife(film({ open: 0.01, narrow: 0.03, aside: 0.06, blink: 0 }))!;
  for (const life of [one, other]) expect(life.second).toBeGreaterThan(life.third);
});

test('too few pictures say nothing', () => {
  expect(facialLife(film({ open: 0.06, narrow: 0.04, aside: 0, blink: 0 }).slice(0, 11))).toBeNull();
});
