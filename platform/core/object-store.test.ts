import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import { SystemError } from './errors.ts';
import { InMemoryObjects, wholeOf } from './in-memory-objects.fixture.ts';
import {
  blobKey,
  blobPresence,
  type Content,
  deleteBlob,
  getBlob,
  hasBlob,
  isBlobWhole,
  type ObjectStore,
  putBlob,
  putBlobAs,
  readBlob,
} from './object-store.ts';

async function* inPieces(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const text = async (content: Content) => Buffer.from(await wholeOf(content)).toString();

it('finds bytes again by their digest, and keeps equal bytes once', async () => {
  const store = new InMemoryObjects();
  const digest = await putBlob(store, Buffer.from('hello'));
  await putBlob(store, Buffer.from('hello'));
  expect(store.contents.size).toBe(1);
  expect(Buffer.from(await getBlob(store, digest)).toString()).toBe('hello');
  expect(await text(readBlob(store, digest))).toBe('hello');
});

it('stores a stream under the digest that it has to have, or not at all', async () => {
  const store = new InMemoryObjects();
  const digest = digestOf('hello');
  await expect(putBlobAs(store, digest, inPieces('hel', 'p'))).rejects.toMatchObject({
    code: 'digest_mismatch',
  });
  expect(store.contents.size).toBe(0);
  await putBlobAs(store, digest, inPieces('hel', 'lo'));
  expect(await text(readBlob(store, digest))).toBe('hello');
});

describe('a blob whose bytes changed', () => {
  const damaged = async () => {
    const store = new InMemoryObjects();
    const digest = await putBlob(store, Buffer.from('hello'));
    store.contents.set(blobKey(digest), Buffer.from('jello'));
    return { store, digest };
  };

  it('is never handed out, and the error says what it was', async () => {
    const { store, digest } = await damaged();
    await expect(getBlob(store, digest, 'greetings/one.txt')).rejects.toThrow(
      /^greetings\/one\.txt .* is corrupted/,
    );
    await expect(wholeOf(readBlob(store, digest, 'greetings/one.txt'))).rejects.toThrow(
      /^greetings\/one\.txt .* is corrupted/,
    );
  });

  it('counts as missing once somebody has read it, and is healed by the next who stores it', async () => {
    for (const heal of [
      (store: ObjectStore) => putBlob(store, Buffer.from('hello')),
      (store: ObjectStore) => putBlobAs(store, digestOf('hello'), inPieces('hello')),
    ]) {
      const { store, digest } = await damaged();
      expect(await isBlobWhole(store, digest)).toBe(false);
      expect(await hasBlob(store, digest)).toBe(false);
      expect(await (await blobPresence(store))(digest)).toBe(false);
      await heal(store);
      expect(await hasBlob(store, digest)).toBe(true);
      expect(await (await blobPresence(store))(digest)).toBe(true);
      expect(await isBlobWhole(store, digest)).toBe(true);
      expect(store.contents.size).toBe(1);
    }
  });

  it('is whole again when it was put back behind our back, and leaves nothing when it is deleted', async () => {
    const { store, digest } = await damaged();
    await isBlobWhole(store, digest);
    store.contents.set(blobKey(digest), Buffer.from('hello'));
    expect(await isBlobWhole(store, digest)).toBe(true);
    expect(await hasBlob(store, digest)).toBe(true);
    store.contents.set(blobKey(digest), Buffer.from('jello'));
    await isBlobWhole(store, digest);
    await deleteBlob(store, digest);
    expect(store.contents.size).toBe(0);
  });
});

it('does not take a store that is away for a damaged blob', async () => {
  const store = new InMemoryObjects();
  const digest = await putBlob(store, Buffer.from('hello'));
  store.read = () => failing(new Error('nobody answers'));
  await expect(isBlobWhole(store, digest)).rejects.toThrow('nobody answers');
  expect(await hasBlob(store, digest)).toBe(true);
  store.read = () => failing(new SystemError('it was changed'));
  expect(await isBlobWhole(store, digest)).toBe(false);
  expect(await hasBlob(store, digest)).toBe(false);
});

// biome-ignore lint/correctness/useYield: a stream that fails before its first byte
async function* failing(error: Error): AsyncGenerator<Uint8Array, void> {
  throw error;
}
