import { digestOf } from '@visavox/core/digest';
import { getBlob, isBlobWhole, type ObjectStore, putBlob, putBlobAs } from '@visavox/core/object-store';
import { beforeEach, describe, expect, it } from 'vitest';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const bytes = (content: string) => new TextEncoder().encode(content);

/** What every ObjectStore promises. Each adapter's test calls this with a factory that gives an empty store. */
export function objectStoreContract(makeStore: () => Promise<ObjectStore>): void {
  describe('object store contract', () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await makeStore();
    });

    const keys = async (prefix: string) => {
      const found: string[] = [];
      for await (const key of store.list(prefix)) found.push(key);
      return found;
    };

    it('answers the bytes that were put', async () => {
      await store.put('samples/one.wav', bytes('hello'));
      expect(text(await store.get('samples/one.wav'))).toBe('hello');
    });

    it('keeps no bytes at all, every byte, and megabytes', async () => {
      const large = new Uint8Array(3 << 20).map((_, index) => index * 31);
      await store.put('empty', new Uint8Array());
      await store.put('large', large);
      expect((await store.get('empty')).length).toBe(0);
      expect(digestOf(await store.get('large'))).toBe(digestOf(large));
    });

    it('keeps what is larger than one transfer', async () => {
      const large = Buffer.alloc((34 << 20) + 4321);
      for (let index = 0; index < large.length; index += 4096) large.writeUInt32LE(index, index);
      await store.put('large', large);
      expect(large.equals(await store.get('large'))).toBe(true);
      await store.put('large', bytes('small again'));
      expect(text(await store.get('large'))).toBe('small again');
    });

    it('keeps a stream, and reads what it keeps as one', async () => {
      const large = Buffer.alloc((34 << 20) + 4321);
      for (let index = 0; index < large.length; index += 4096) large.writeUInt32LE(index, index);
      await store.put('large', inChunks(large, 100_000));
      expect(large.equals(await store.get('large'))).toBe(true);
      expect(large.equals(await joined(store.read('large')))).toBe(true);
      await store.put('whole', large.subarray(0, 1_000_000));
      expect(large.subarray(0, 1_000_000).equals(await joined(store.read('whole')))).toBe(true);
    });

    it.each([0, 1, 65_535, 65_536, 65_537, 131_072])('keeps a stream of %i bytes', async (length) => {
      const content = Buffer.alloc(length, 'abc');
      await store.put('stream', inChunks(content, 1000));
      expect(content.equals(await store.get('stream'))).toBe(true);
      expect(content.equals(await joined(store.read('stream')))).toBe(true);
      await store.put('whole', content);
      expect(content.equals(await joined(store.read('whole')))).toBe(true);
    });

    it.each([10, 20 << 20])(
      'keeps what was there where a stream breaks off after %i bytes',
      async (length) => {
        await store.put('state', bytes('before'));
        async function* broken() {
          yield* inChunks(Buffer.alloc(length), 1 << 20);
          throw new Error('the sender went away');
        }
        await expect(store.put('state', broken())).rejects.toThrow('the sender went away');
        expect(text(await store.get('state'))).toBe('before');
        await expect(store.put('new', broken())).rejects.toThrow('the sender went away');
        expect(await store.has('new')).toBe(false);
        expect(await keys('')).toEqual(['state']);
      },
    );

    it('lets go of a stream that is not read to its end', async () => {
      await store.put('large', Buffer.alloc(3 << 20));
      for await (const chunk of store.read('large')) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await store.delete('large');
      expect(await keys('')).toEqual([]);
    });

    it.each([
      'a=b/c+d/e@f/g_h-i.j',
      '+/=/@/_/-',
      'a..b/c...',
      'UPPER/lower/Upper',
      Array.from({ length: 7 }, () => 'long'.repeat(28)).join('/'),
    ])('keeps the key %j apart from others', async (key) => {
      await store.put(key.replaceAll('+', '-'), bytes('another'));
      await store.put(key, bytes(key));
      expect(text(await store.get(key))).toBe(key);
      expect(await store.has(key)).toBe(true);
      expect(await keys('')).toContain(key);
      expect(await keys(key)).toEqual([key]);
      await store.delete(key);
      expect(await store.has(key)).toBe(false);
    });

    it('keeps a slice of a larger buffer, not the buffer', async () => {
      await store.put('slice', bytes('0123456789').subarray(3, 6));
      expect(text(await store.get('slice'))).toBe('345');
    });

    it('replaces what a key held', async () => {
      await store.put('state', bytes('a long first text'));
      await store.put('state', bytes('then'));
      expect(text(await store.get('state'))).toBe('then');
    });

    it('says that a key is missing, with a stable code', async () => {
      await store.put('a/b', bytes('x'));
      await expect(store.get('a/c')).rejects.toMatchObject({ kind: 'not-found', code: 'object_missing' });
      await expect(store.get('a')).rejects.toMatchObject({ code: 'object_missing' });
      await expect(store.get('a/b/c')).rejects.toMatchObject({ code: 'object_missing' });
      for (const key of ['a/c', 'a', 'a/b/c'])
        await expect(joined(store.read(key))).rejects.toMatchObject({ code: 'object_missing' });
      expect(await store.has('a/b')).toBe(true);
      expect(await store.has('a/c')).toBe(false);
      expect(await store.has('a')).toBe(false);
    });

    it('deletes, and may be asked to again', async () => {
      await store.put('a/b', bytes('x'));
      await store.delete('a/b');
      await store.delete('a/b');
      expect(await store.has('a/b')).toBe(false);
      expect(await keys('')).toEqual([]);
    });

    it('lists the keys that start with a prefix, in the order of their characters', async () => {
      for (const key of ['a/2', 'a/10', 'a.b', 'ab/1', 'b/c/d', 'a-b', 'a/1/x'])
        await store.put(key, bytes(key));
      expect(await keys('')).toEqual(['a-b', 'a.b', 'a/1/x', 'a/10', 'a/2', 'ab/1', 'b/c/d']);
      expect(await keys('a/')).toEqual(['a/1/x', 'a/10', 'a/2']);
      expect(await keys('a/1')).toEqual(['a/1/x', 'a/10']);
      expect(await keys('b/c/d')).toEqual(['b/c/d']);
      expect(await keys('nothing/')).toEqual([]);
    });

    it.each([
      '',
      '/a',
      'a/',
      'a//b',
      '../a',
      'a/../b',
      '.hidden',
      'a/.b',
      'a\\b',
      'a\0b',
      'ä',
      'a'.repeat(801),
    ])('refuses the key %j', async (key) => {
      await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'object_key_invalid' });
      await expect(store.get(key)).rejects.toMatchObject({ code: 'object_key_invalid' });
      await expect(joined(store.read(key))).rejects.toMatchObject({ code: 'object_key_invalid' });
    });

    it('ends with one of the values when several are put under one key at once', async () => {
      const values = Array.from({ length: 8 }, (_, index) => `value ${index}`.repeat(1000));
      await Promise.all(values.map((value) => store.put('contended', bytes(value))));
      expect(values).toContain(text(await store.get('contended')));
      expect(await keys('')).toEqual(['contended']);
    });

    it('keeps a blob under the digest of its content, once', async () => {
      const digest = await putBlob(store, bytes('content'));
      expect(await putBlob(store, bytes('content'))).toBe(digest);
      expect(digest).toBe(digestOf('content'));
      expect(text(await getBlob(store, digest))).toBe('content');
      expect(await keys('blobs/')).toHaveLength(1);
    });

    it('keeps a stream under the digest that it was announced with, or nothing', async () => {
      const content = Buffer.alloc(200_000, 'abc');
      const digest = digestOf(content);
      const other = inChunks(Buffer.alloc(200_000, 'abd'), 10_000);
      await expect(putBlobAs(store, digest, other)).rejects.toMatchObject({ code: 'digest_mismatch' });
      expect(await keys('')).toEqual([]);
      await putBlobAs(store, digest, inChunks(content, 10_000));
      expect(await isBlobWhole(store, digest)).toBe(true);
    });
  });
}

async function* inChunks(content: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

async function joined(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
