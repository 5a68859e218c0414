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
