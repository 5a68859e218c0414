import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderObjectStore } from '@visavox/adapters/objects/folder-object-store';
import { digestOf } from '@visavox/core/digest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureCache } from './feature-cache.ts';

let folder: string;
let cache: FeatureCache;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-features-'));
  cache = new FeatureCache(await FolderObjectStore.open(folder));
});
afterAll(() => rm(folder, { recursive: true }));

describe('features of a recording', () => {
  const sample = digestOf('a recording');
  const key = (preprocessing: string) => ({ backbone: digestOf('a network'), preprocessing, sample });

  it('are kept by what was done to it, copies of it included, and go with it', async () => {
    const preprocessings = [
      'faces-1',
      'faces-1/measures',
      'faces-1/augmentation-1/low-resolution',
      'faces=1',
    ];
    for (const [index, one] of preprocessings.entries()) await cache.put(key(one), Float32Array.of(index));
    for (const [index, one] of preprocessings.entries())
      expect(await cache.get(key(one))).toEqual(Float32Array.of(index));
    expect(await cache.get(key('faces-2'))).toBeUndefined();
    expect(await cache.forget(sample)).toBe(preprocessings.length);
    expect(await cache.get(key('faces-1/measures'))).toBeUndefined();
  });
});
