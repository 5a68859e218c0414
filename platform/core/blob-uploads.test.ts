import { beforeEach, describe, expect, it } from 'vitest';
import { BlobUploads } from './blob-uploads.ts';
import { digestOf } from './digest.ts';
import { InMemoryObjects } from './in-memory-objects.fixture.ts';
import { getBlob, hasBlob, putBlob } from './object-store.ts';

const parts = ['one ', 'two ', 'three'].map((text) => Buffer.from(text));
const [one, two, three] = parts.map((part) => digestOf(part));
const digests = [one, two, three].map(String) as (typeof whole)[];
const whole = digestOf('one two three');
const day = 86_400_000;

let store: InMemoryObjects;
let now: number;
let uploads: BlobUploads;
beforeEach(() => {
  store = new InMemoryObjects();
  now = Date.parse('2026-11-28');
  uploads = new BlobUploads(store, () => now);
});

describe('a file that comes in parts', () => {
  it('is the blob of all of them, in whatever order they came, and leaves no parts behind', async () => {
    for (const number of [2, 0, 1]) await uploads.putPart(whole, number, parts[number] ?? Buffer.of());
    expect(await uploads.parts(whole)).toEqual([
      { number: 0, digest: one },
      { number: 1, digest: two },
      { number: 2, digest: three },
    ]);
    expect(await uploads.join(whole, digests, 10_000)).toBe('stored');
    expect(Buffer.from(await getBlob(store, whole)).toString()).toBe('one two three');
    expect(store.contents.size).toBe(1);
    expect(await uploads.join(whole, digests, 10_000)).toBe('stored');
  });

  it('goes on where it stopped, with another process, and with a part that was another one before', async () => {
    await uploads.putPart(whole, 0, Buffer.from('an older version of it'));
    await uploads.putPart(whole, 1, Buffer.from('two '));
    const next = new BlobUploads(store, () => now + day);
    expect((await next.parts(whole)).map(({ number }) => number)).toEqual([0, 1]);
    await next.putPart(whole, 0, Buffer.from('one '));
    await next.putPart(whole, 0, Buffer.from('one '));
    await next.putPart(whole, 2, Buffer.from('three'));
    expect(await next.join(whole, digests, 10_000)).toBe('stored');
    expect(store.contents.size).toBe(1);
  });

  it('is not joined before all parts are there', async () => {
    await uploads.putPart(whole, 0, Buffer.from('one '));
    await uploads.putPart(whole, 2, Buffer.from('another'));
    await expect(uploads.join(whole, digests, 10_000)).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'parts_missing', details: { missing: [1, 2] } },
    });
    expect(await hasBlob(store, whole)).toBe(false);
  });

  it('is nothing where the parts are another file, and begins anew', async () => {
    for (const [number, text] of ['one ', 'zwei ', 'three'].entries())
      await uploads.putPart(whole, number, Buffer.from(text));
    const given = ['one ', 'zwei ', 'three'].map((text) => digestOf(text));
    await expect(uploads.join(whole, given, 10_000)).rejects.toMatchObject({ code: 'digest_mismatch' });
    expect(store.contents.size).toBe(0);
  });

  it('heals a damaged blob', async () => {
    await putBlob(store, Buffer.from('one two three'));
    for (const key of store.contents.keys()) store.contents.set(key, Buffer.from('one two four'));
    await expect(getBlob(store, whole)).rejects.toThrow('corrupted');
    for (const [number, part] of parts.entries()) await uploads.putPart(whole, number, part);
    expect(await uploads.join(whole, digests, 10_000)).toBe('stored');
    expect(Buffer.from(await getBlob(store, whole)).toString()).toBe('one two three');
  });
});

it('says that it is still storing, joins once for all who ask, and tells whoever asks later that it failed', async () => {
  for (const [number, part] of parts.entries()) await uploads.putPart(whole, number, part);
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let puts = 0;
  store.beforePut = () => {
    puts++;
    return held;
  };
  expect(await uploads.join(whole, digests, 0)).toBe('storing');
  expect(await uploads.join(whole, digests, 0)).toBe('storing');
  store.beforePut = async () => {};
  finish();
  expect(await uploads.join(whole, digests, 10_000)).toBe('stored');
  expect(puts).toBe(1);
});

it('removes what nobody finished in a week', async () => {
  await uploads.putPart(whole, 0, Buffer.from('one '));
  now += 6 * day;
  expect(await uploads.parts(whole)).toHaveLength(1);
  now += 2 * day;
  expect(await uploads.parts(digestOf('another'))).toEqual([]);
  expect(store.contents.size).toBe(0);
});
