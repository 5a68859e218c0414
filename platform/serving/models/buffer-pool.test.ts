import { expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

test('a buffer that came back is used again for what fits it', () => {
  const pool = new BufferPool(10 * 1024 * 1024);
  const first = pool.take(270_001);
  expect(first.byteLength).toBeGreaterThanOrEqual(270_001);
  expect(first.byteLength).toBeLessThan(270_001 * 1.125);
  pool.give(first);
  expect(pool.take(270_400)).toBe(first);
  expect(pool.take(270_400)).not.toBe(first);
});

test('every size that it gives out is one that it takes back', () => {
  const pool = new BufferPool(2 ** 40);
  for (const bytes of [0, 1, 4095, 4096, 4097, 65_535, 65_537, 300_000, 2 ** 20, 2 ** 20 + 1, 40_000_000]) {
    const buffer = pool.take(bytes);
    pool.give(buffer);
    if (buffer.byteLength > 0) expect(pool.take(bytes)).toBe(buffer);
  }
});

test('no more is kept than allowed, and nothing of another kind', () => {
  const pool = new BufferPool(8192);
  const [a, b, c] = [pool.take(4096), pool.take(4096), pool.take(4096)];
  for (const buffer of [a, b, c]) pool.give(buffer);
  expect([pool.take(4096), pool.take(4096)]).toEqual([b, a]);
  expect(pool.take(4096)).not.toBe(c);
  const odd = new ArrayBuffer(5000);
  pool.give(odd);
  expect(pool.take(5000)).not.toBe(odd);
});
