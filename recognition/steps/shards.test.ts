import { expect, it } from 'vitest';
import { shardsFor } from './shards.ts';

it('takes what the engine has, and fewer where there are few recordings', () => {
  expect(shardsFor(600, 2)).toBe(2);
  expect(shardsFor(600, 16)).toBe(16);
  expect(shardsFor(50, 16)).toBe(3);
  expect(shardsFor(5, 16)).toBe(1);
  expect(shardsFor(1_000_000, 200)).toBe(200);
});

it('follows the recordings where the engine has whatever is asked for', () => {
  expect(shardsFor(600, 0)).toBe(2);
  expect(shardsFor(6_000, 0)).toBe(6);
  expect(shardsFor(1_000_000, 0)).toBe(50);
});

it('has a shard for a dataset without recordings', () => {
  expect(shardsFor(0, 0)).toBe(1);
});
