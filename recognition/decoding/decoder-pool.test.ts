import sharp, { type Sharp } from 'sharp';
import { afterEach, expect, it } from 'vitest';
import { decoderContract } from '../signals/decoder.contract.ts';
import { DecoderPool } from './decoder-pool.ts';

decoderContract('decoding in processes of its own', async () => {
  const decoder = new DecoderPool();
  return { decoder, close: () => decoder.close() };
});

let pool: DecoderPool;
afterEach(() => pool?.close());

const small = () =>
  sharp({ create: { width: 20, height: 20, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
const photograph = () =>
  sharp({ create: { width: 6000, height: 5000, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();

it('costs a file that its decoder dies of no more than its own answer', async () => {
  const ended: string[] = [];
  pool = new DecoderPool({ processes: 1, onEnded: (reason) => ended.push(reason) });
  const large = await photograph();
  const dying = expect(pool.image(large)).rejects.toMatchObject({
    code: 'image_unreadable',
    kind: 'invalid',
  });
  for (const time of [1, 2]) {
    process.kill((await processesOf(pool, 2))[0] ?? 0, 'SIGSEGV');
    while (ended.length < time) await new Promise(setImmediate);
  }
  await dying;
  expect(ended).toEqual([expect.stringContaining('SIGSEGV'), expect.stringContaining('SIGSEGV')]);
  expect((await pool.image(await small())).width).toBe(20);
  expect((await pool.image(large)).width).toBe(960);
});

it.each<[string, (image: Sharp) => Sharp]>([
  ['a progressive JPEG', (image) => image.jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
  ['an interlaced PNG', (image) => image.png({ progressive: true })],
  ['a lossless WebP', (image) => image.webp({ lossless: true })],
])('has room for %s of 40 megapixels', async (_, encode) => {
  const ended: string[] = [];
  pool = new DecoderPool({ onEnded: (reason) => ended.push(reason) });
  const white = { width: 8000, height: 5000, channels: 3, background: '#fff' } as const;
  const image = await pool.image(await encode(sharp({ create: white })).toBuffer());
  expect({ width: image.width, ended }).toEqual({ width: 960, ended: [] });
});

it('is there again after every process was killed', async () => {
  pool = new DecoderPool({ processes: 2 });
  for (const pid of await processesOf(pool, 1)) process.kill(pid, 'SIGKILL');
  const pictures = await Promise.all([1, 2, 3, 4].map(async () => pool.image(await small())));
  expect(pictures.map(({ width }) => width)).toEqual([20, 20, 20, 20]);
  await pool.check();
});

it('does what takes long aside, and what is quick meanwhile', async () => {
  const order: string[] = [];
  pool = new DecoderPool({
    processes: 1,
    aside: async (work) => {
      order.push('aside');
      try {
        return await work();
      } finally {
        order.push('back');
      }
    },
  });
  const large = pool.image(await photograph());
  while (order.length === 0) await new Promise(setImmediate);
  await pool.image(await small());
  order.push('quick');
  await large;
  expect(order).toEqual(['aside', 'quick', 'back']);
});

it('says when it is closed, and leaves nothing behind', async () => {
  pool = new DecoderPool();
  const [pid] = await processesOf(pool, 1);
  await pool.close();
  await expect(pool.check()).rejects.toMatchObject({ code: 'decoder_unavailable', kind: 'unavailable' });
  expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
});

/** Waits until there are so many; the last one first. */
async function processesOf({ pids }: DecoderPool, count: number): Promise<readonly number[]> {
  let found: readonly number[] = [];
  while (found.length < count) {
    await new Promise((done) => setTimeout(done, 5));
    found = pids();
  }
  return [...found].reverse();
}
