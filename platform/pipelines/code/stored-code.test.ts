import { codeDigest, codeManifest } from '@visavox/core/code';
import { digestOf } from '@visavox/core/digest';
import { blobKey, getBlob, isBlobWhole } from '@visavox/core/object-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../testing.ts';
import { findCode, storeManifest, storeSnapshot } from './stored-code.ts';

const bytes = new TextEncoder().encode('print("hello")');
const file = digestOf(bytes);
const manifest = codeManifest(
  [{ path: 'train.py', digest: file, bytes: bytes.length, executable: false }],
  [],
);
const snapshot = { digest: codeDigest(manifest), manifest, read: async () => bytes };

let objects: MemoryObjectStore;
beforeEach(async () => {
  objects = new MemoryObjectStore();
  await storeSnapshot(objects, snapshot);
});

async function damage(digest: typeof file): Promise<void> {
  await objects.put(blobKey(digest), new Uint8Array([0]));
  expect(await isBlobWhole(objects, digest)).toBe(false);
}

describe('code of which something was found damaged', () => {
  it('is asked for again, and whole when it has been sent', async () => {
    await damage(file);
    expect(await storeManifest(objects, manifest)).toEqual([file]);
    await storeSnapshot(objects, snapshot);
    expect(await getBlob(objects, file)).toEqual(bytes);
    expect(await storeManifest(objects, manifest)).toEqual([]);
  });

  it('is not there while its manifest is damaged', async () => {
    await damage(snapshot.digest);
    expect(await findCode(objects, snapshot.digest)).toBeUndefined();
    await storeSnapshot(objects, snapshot);
    expect(await findCode(objects, snapshot.digest)).toEqual(manifest);
  });
});
