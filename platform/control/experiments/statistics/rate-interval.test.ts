import { expect, it } from 'vitest';
import { rateInterval } from './rate-interval.ts';

it('holds the rate at all times at once, in all but alpha of all streams', () => {
  const [rate, attempts, alpha] = [0.1, 200, 0.05];
  // All streams at once: the probability of so many events while the rate was never outside.
  let inside = new Map([[0, 1]]);
  for (let of = 1; of <= attempts; of++) {
    const next = new Map<number, number>();
    for (const [events, probability] of inside)
      for (const [more, chance] of [
        [1, rate],
        [0, 1 - rate],
      ] as const)
        next.set(events + more, (next.get(events + more) ?? 0) + probability * chance);
    for (const events of [...next.keys()]) {
      const [low, high] = rateInterval({ events, of }, alpha);
      if (rate < low || rate > high) next.delete(events);
    }
    inside = next;
  }
  const everOutside = 1 - [...inside.values()].reduce((sum, probability) => sum + probability, 0);
  expect(everOutside).toBeLessThan(alpha);
});

it('says nothing of nothing, and ever more of more', () => {
  expect(rateInterval({ events: 0, of: 0 }, 0.05)).toEqual([0, 1]);
  const [none, most] = rateInterval({ events: 0, of: 300 }, 0.05);
  expect(none).toBe(0);
  expect(most).toBeLessThan(0.03);
  const [low, high] = rateInterval({ events: 40, of: 1000 }, 0.05);
  expect(low).toBeLessThan(0.04);
  expect(high).toBeGreaterThan(0.04);
  expect(high - low).toBeLessThan(0.05);
  expect(rateInterval({ events: 7, of: 7 }, 0.05)[1]).toBe(1);
});
