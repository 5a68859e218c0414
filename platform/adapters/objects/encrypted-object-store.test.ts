import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { EncryptedObjectStore } from './encrypted-object-store.ts';
import { createEncryptionKey, encryptionKey, loadEncryptionKey } from './encryption-key.ts';
import { FolderObjectStore } from './folder-object-store.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { objectStoreLocation, openObjectStore, openOrCreateObjectStore } from './open-object-store.ts';

const key = encryptionKey(new Uint8Array(32).fill(7));
const bytes = (text: string) => new TextEncoder().encode(text);
const writtenBefore =
  '565658318e64f12f4b096b0e000102030405060708090a0b73e499043d7ab02714d7c5ea872a1f938e5296bf0f8317a7d9e1c9f06c17c88da6b83773';
const newFolder = () => mkdtemp(join(tmpdir(), 'visavox-objects-'));

objectStoreContract(
  async () => new EncryptedObjectStore(await FolderObjectStore.open(await newFolder()), key),
);

describe('what is on the disk', () => {
  let folder: string;
  let plain: FolderObjectStore;
  let store: EncryptedObjectStore;
  beforeEach(async () => {
    folder = await newFolder();
    plain = await FolderObjectStore.open(folder);
    store = new EncryptedObjectStore(plain, key);
    await store.put('a', bytes('the voice of Ada'));
  });

  it('does not show the content, and differs each time', async () => {
    const first = await readFile(join(folder, 'a'));
    expect(first.includes('Ada')).toBe(false);
    await store.put('a', bytes('the voice of Ada'));
    expect((await readFile(join(folder, 'a'))).equals(first)).toBe(false);
  });

  it('is refused when any byte of it was changed', async () => {
    const sealed = await readFile(join(folder, 'a'));
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      await writeFile(join(folder, 'a'), changed);
      await expect(store.get('a')).rejects.toThrow(/not one that this store|another key|was changed/);
    }
    await writeFile(join(folder, 'a'), sealed.subarray(0, 20));
    await expect(store.get('a')).rejects.toThrow('not one that this store encrypted');
  });

  it('is refused under another object’s key', async () => {
    await plain.put('b', await plain.get('a'));
    await expect(store.get('b')).rejects.toThrow('was changed');
  });

  it('asks for the right key when another one is in use', async () => {
    const other = new EncryptedObjectStore(plain, encryptionKey(new Uint8Array(32).fill(8)));
    await expect(other.get('a')).rejects.toMatchObject({ code: 'encryption_key_wrong' });
  });
});

describe('a stream on the disk', () => {
  const chunk = 64 * 1024;
  const content = Buffer.alloc(3 * chunk + 1000, 'the voice of Ada ');
  let file: string;
  let plain: FolderObjectStore;
  let store: EncryptedObjectStore;
  let sealed: Buffer;
  async function* stream() {
    yield content;
  }
  beforeEach(async () => {
    const folder = await newFolder();
    plain = await FolderObjectStore.open(folder);
    store = new EncryptedObjectStore(plain, key);
    await store.put('a', stream());
    file = join(folder, 'a');
    sealed = await readFile(file);
  });
  const read = async (from: EncryptedObjectStore, name = 'a') => {
    const chunks: Uint8Array[] = [];
    for await (const piece of from.read(name)) chunks.push(piece);
    return Buffer.concat(chunks);
  };

  it('is a preamble and chunks, and does not show the content', () => {
    expect(sealed.subarray(0, 4).toString()).toBe('VVX2');
    expect(sealed.length).toBe(44 + content.length + 4 * 16);
    expect(sealed.includes('Ada')).toBe(false);
  });

  const parts = (bytes: Buffer) => {
    const at = (index: number) => 44 + index * (chunk + 16);
    return [bytes.subarray(0, 44), ...[0, 1, 2, 3].map((index) => bytes.subarray(at(index), at(index + 1)))];
  };
  it.each<[string, (parts: Buffer[]) => Buffer[]]>([
    ['its end is cut off at a chunk', ([head, a, b, c]) => [head!, a!, b!, c!]],
    ['its end is cut off inside a chunk', ([head, a, b, c, d]) => [head!, a!, b!, c!, d!.subarray(0, 500)]],
    ['only its preamble is left', ([head]) => [head!]],
    ['half of its preamble is left', ([head]) => [head!.subarray(0, 20)]],
    ['two chunks are exchanged', ([head, a, b, c, d]) => [head!, b!, a!, c!, d!]],
    ['a chunk is repeated', ([head, a, b, c, d]) => [head!, a!, a!, b!, c!, d!]],
    ['a chunk is left out', ([head, a, _, c, d]) => [head!, a!, c!, d!]],
    ['something is added', (all) => [...all, Buffer.from('more')]],
    ['a chunk is added', (all) => [...all, all[1]!]],
    ['the last chunk comes early', ([head, a, , , d]) => [head!, a!, d!]],
  ])('is refused when %s', async (_, change) => {
    await writeFile(file, Buffer.concat(change(parts(sealed))));
    await expect(read(store)).rejects.toThrow(/was changed|not one that this store/);
    await expect(store.get('a')).rejects.toThrow(/was changed|not one that this store/);
  });

  it('is refused when a byte of any part of it was changed', async () => {
    for (const index of [0, 5, 20, 43, 44, 44 + chunk, 44 + chunk + 15, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      await writeFile(file, changed);
      await expect(read(store)).rejects.toThrow(/not one that this store|another key|was changed/);
    }
  });

  it('is refused with chunks of another object, and under another object’s key', async () => {
    await store.put('b', stream());
    const [head, ...own] = parts(sealed);
    const others = parts(Buffer.from(await plain.get('b')));
    await writeFile(file, Buffer.concat([head!, own[0]!, others[2]!, own[2]!, own[3]!]));
    await expect(read(store)).rejects.toThrow('was changed');
    await plain.put('c', await plain.get('b'));
    await expect(read(store, 'c')).rejects.toThrow('was changed');
  });

  it('asks for the right key when another one is in use', async () => {
    const other = new EncryptedObjectStore(plain, encryptionKey(new Uint8Array(32).fill(8)));
    await expect(read(other)).rejects.toMatchObject({ code: 'encryption_key_wrong' });
  });

  it('hands out nothing of a chunk that was changed', async () => {
    const changed = Buffer.from(sealed);
    changed[44 + chunk + 16 + 5]! ^= 1;
    await writeFile(file, changed);
    let length = 0;
    await expect(async () => {
      for await (const piece of store.read('a')) length += piece.length;
    }).rejects.toThrow('was changed');
    expect(length).toBe(chunk);
  });
});

it('reads what was written before there were streams, byte by byte as it was', async () => {
  const plain = await FolderObjectStore.open(await newFolder());
  // Made by the format's first version with the key above.
  await plain.put('old', Buffer.from(writtenBefore, 'hex'));
  const store = new EncryptedObjectStore(plain, key);
  expect(Buffer.from(await store.get('old')).toString()).toBe('kept since version 1');
  for await (const chunk of store.read('old'))
    expect(Buffer.from(chunk).toString()).toBe('kept since version 1');
});

describe('the key file', () => {
  it('is made once, whoever comes first, and only its owner may read it', async () => {
    const file = join(await newFolder(), 'secrets', 'objects.key');
    expect(await loadEncryptionKey({ file })).toBeUndefined();
    const keys = await Promise.all([1, 2, 3, 4].map(() => createEncryptionKey(file)));
    for (const made of keys) expect(made).toEqual(keys[0]);
    expect(await loadEncryptionKey({ file })).toEqual(keys[0]);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('gives way to a key from the settings', async () => {
    const file = join(await newFolder(), 'objects.key');
    await createEncryptionKey(file);
    const key = await loadEncryptionKey({ file, override: '07'.repeat(32) });
    expect(key).toEqual(encryptionKey(Buffer.alloc(32, 7)));
  });

  it('is refused when it is not a key', async () => {
    const file = join(await newFolder(), 'objects.key');
    await writeFile(file, 'secret');
    await expect(loadEncryptionKey({ file })).rejects.toMatchObject({ code: 'encryption_key_invalid' });
  });
});

describe('opening by location', () => {
  it('gives a step of a pipeline the store that the server made', async () => {
    const home = await newFolder();
    const VISAVOX_OBJECTS = pathToFileURL(join(home, 'objects')).href;
    const VISAVOX_KEY_FILE = join(home, 'secrets', 'objects.key');
    const server = await openOrCreateObjectStore({ url: VISAVOX_OBJECTS, key: { file: VISAVOX_KEY_FILE } });
    await server.put('a', bytes('content'));
    const step = await openObjectStore(objectStoreLocation({ VISAVOX_OBJECTS, VISAVOX_KEY_FILE }));
    expect(Buffer.from(await step.get('a')).toString()).toBe('content');
  });

  it('never makes a new key for a store that has lost its own', async () => {
    const home = await newFolder();
    const location = { url: pathToFileURL(join(home, 'objects')).href, key: { file: join(home, 'key') } };
    await expect(openObjectStore(location)).rejects.toMatchObject({ code: 'encryption_key_missing' });
    await (await openOrCreateObjectStore(location)).put('a', bytes('content'));
    const withoutKey = { ...location, key: { file: join(home, 'lost') } };
    await expect(openOrCreateObjectStore(withoutKey)).rejects.toMatchObject({
      code: 'encryption_key_missing',
    });
  });

  it('says what is wrong with a location', async () => {
    expect(() => objectStoreLocation({})).toThrow('VISAVOX_OBJECTS is not set');
    expect(() => objectStoreLocation({ VISAVOX_OBJECTS: 'file:///tmp' })).toThrow(
      'VISAVOX_KEY_FILE is not set',
    );
    const elsewhere = { url: 'ftp://host/folder', key: { override: '07'.repeat(32) } };
    await expect(openObjectStore(elsewhere)).rejects.toMatchObject({ code: 'object_store_unsupported' });
  });
});
