import { type DatasetItem, datasetVersion } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import type { DatasetStore } from '@visavox/core/ports';
import { beforeEach, describe, expect, it } from 'vitest';

/** What every DatasetStore promises. Each adapter's test calls this with a factory that gives an empty store. */
export function datasetStoreContract(makeStore: () => Promise<DatasetStore>): void {
  describe('dataset store contract', () => {
    let store: DatasetStore;
    beforeEach(async () => {
      store = await makeStore();
    });

    const first = datasetVersion('people', [exampleItem('ada/1'), exampleItem('ada/2')]);
    const second = datasetVersion('people', [...first.manifest.items, exampleItem('bob/1')]);

    it('answers a version as it was saved', async () => {
      await store.save(first);
      expect(await store.get(first.digest)).toEqual(first);
    });

    it('says that a version is unknown, with a stable code', async () => {
      await expect(store.get(first.digest)).rejects.toMatchObject({
        kind: 'not-found',
        code: 'unknown_dataset',
      });
    });

    it('knows the latest of a name: the one saved last', async () => {
      expect(await store.latest('people')).toBeUndefined();
      await store.save(first);
      await store.save(second);
      await store.save(datasetVersion('machines', [exampleItem('x')]));
      expect(await store.latest('people')).toBe(second.digest);
      await store.save(first);
      expect(await store.latest('people')).toBe(first.digest);
    });

    it('keeps one version, however often it is saved', async () => {
      await Promise.all([store.save(first), store.save(first), store.save(first)]);
      expect(await store.list()).toMatchObject([{ digest: first.digest, name: 'people', items: 2 }]);
    });

    it('lists the newest first', async () => {
      await store.save(first);
      await store.save(second);
      const listed = await store.list();
      expect(listed.map((version) => version.items)).toEqual([3, 2]);
      expect(Date.parse(listed[0]?.createdAt ?? '')).not.toBeNaN();
    });

    it('refuses a version whose name is not the digest of its manifest', async () => {
      await expect(store.save({ ...second, digest: first.digest })).rejects.toThrow(
        'does not have the digest',
      );
      expect(await store.list()).toEqual([]);
    });

    it('keeps an empty version, and one of twelve thousand items', async () => {
      const empty = datasetVersion('people', []);
      const large = datasetVersion(
        'people',
        Array.from({ length: 12_000 }, (_, index) => exampleItem(`item/${index}`)),
      );
      await store.save(empty);
      await store.save(large);
      expect(await store.get(empty.digest)).toEqual(empty);
      expect((await store.get(large.digest)).manifest.items).toHaveLength(12_000);
    });
  });
}

export function exampleItem(key: string, content = key): DatasetItem {
  return {
    key,
    digest: digestOf(content),
    bytes: content.length,
    mediaType: 'image/png',
    labels: { person: key.split('/')[0] ?? key },
    provenance: { consent: 'version 1' },
  };
}
