import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetVersion } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { datasetStoreContract, exampleItem } from './dataset-store.contract.ts';
import { SqlDatasetStore } from './dataset-store.ts';
import { describeOnEachDatabase } from './test-databases.ts';

describeOnEachDatabase('datasets', (database) => {
  const makeStore = async () => {
    const objects = await FolderObjectStore.open(await mkdtemp(join(tmpdir(), 'visavox-objects-')));
    return new SqlDatasetStore(database().db, objects);
  };
  datasetStoreContract(makeStore);

  it('finds the versions that hold an item, by its key and by its bytes', async () => {
    const store = await makeStore();
    const before = datasetVersion('people', [exampleItem('ada/1', 'a face')]);
    const after = datasetVersion('people', [
      exampleItem('ada/1', 'a better face'),
      exampleItem('bob/1', 'a face'),
    ]);
    await store.save(before);
    await store.save(after);
    expect(await store.containing({ key: 'ada/1' })).toEqual([before.digest, after.digest]);
    expect(await store.containing({ key: 'bob/1' })).toEqual([after.digest]);
    expect(await store.containing({ digest: digestOf('a better face') })).toEqual([after.digest]);
    expect(await store.containing({ key: 'eve/1' })).toEqual([]);
  });
});
