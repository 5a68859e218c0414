import { expect, test } from 'vitest';
import { Random } from '../synthetic/random.ts';
import { noveltyRatio } from './challenge-evidence.ts';
import { VIEW } from './face-view.ts';
import type { SeenFace } from './lips.ts';
import { nearestTwins } from './recurring-pictures.ts';

const random = new Random('recurring pictures');
const pictures = Array.from({ length: 30 }, (_, index) => {
  const drift = 3 * index;
  return Uint8Array.from({ length: VIEW * VIEW }, (_, at) => 90 + drift + 20 * Math.sin(at / 9 + index / 3));
});

/** The pictures of these numbers, each with the noise of being encoded once more. */
function film(order: readonly number[]): SeenFace[] {
  return order.map((picture, index) => ({
    ...{ at: index * 0.1, yaw: 0, mouthOpening: 0.1, lips: new Float32Array(), lids: 0.2 },
    view: pictures[picture]!.map((grey) => grey + Math.round(random.normal(0, 0.7))),
  }));
}

const straight = pictures.map((_, index) => index);

test('every picture of a living face is a new one', () => {
  expect(noveltyRatio(nearestTwins(film(straight))!)).toBeGreaterThan(0);
});

test('a film that goes forth and back shows pictures twice, whatever noise is put on them', () => {
  const cut = [...straight.slice(0, 10), ...straight.slice(0, 10).reverse(), ...straight.slice(10, 20)];
  expect(noveltyRatio(nearestTwins(film(cut))!)).toBeLessThan(0);
});

test('a camera that is slower than the page is no film that recurs', () => {
  const seen = film(straight);
  const twice = seen.flatMap((face) => [face, { ...face, at: face.at + 0.05 }]);
  expect(nearestTwins(twice)).toBeCloseTo(nearestTwins(seen)!, 5);
});

test('too few pictures say nothing', () => {
  expect(nearestTwins(film(straight.slice(0, 11)))).toBeNull();
});
