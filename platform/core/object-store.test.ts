import { expect, it } from 'vitest';
import { blobKey, getBlob, type ObjectStore, putBlob } from './object-store.ts';

function inMemory(): ObjectStore & { readonly contents: Map<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>();
  return {
    contents,
    put: async (key, bytes) => void contents.set(key, bytes),
    get: async (key) => contents.get(key) ?? new Uint8Array(),
    has: async (key) => contents.has(key),
    delete: async (key) => void contents.delete(key),
    async *list(prefix) {
      for (const key of contents.keys()) if (key.startsWith(prefix)) yield key;
    },
  };
}

it('finds bytes again by their digest, and keeps equal bytes once', async () => {
  const store = inMemory();
  const digest = await putBlob(store, Buffer.from('hello'));
  await putBlob(store, Buffer.from('hello'));
  expect(store.contents.size).toBe(1);
  expect(Buffer.from(await getBlob(store, digest)).toString()).toBe('hello');
});

it('never hands out bytes that changed', async () => {
  const store = inMemory();
  const digest = await putBlob(store, Buffer.from('hello'));
  store.contents.set(blobKey(digest), Buffer.from('jello'));
  await expect(getBlob(store, digest)).rejects.toThrow('is corrupted');
});
