import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatasetItem, datasetVersion } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { blobKey, deleteBlob, putBlob } from '@visavox/core/object-store';
import { expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { SqlDatasetStore } from '../sql/dataset-store.ts';
import { SqlProfileIndex } from '../sql/profile-index.ts';
import { describeOnEachDatabase } from '../sql/test-databases.ts';
import { KeptDatasetProfiles } from './dataset-profiles.ts';
import { TableProfiler } from './table-profiler.ts';

const csv = 'id\n1\n2\n';
const beds: DatasetItem = {
  ...{ key: 'beds.csv', digest: digestOf(csv), bytes: csv.length, mediaType: 'text/csv' },
  ...{ labels: {}, provenance: {} },
};
const garden = datasetVersion('garden', [beds]);

describeOnEachDatabase('profiles', (database) => {
  async function opened() {
    const folder = await mkdtemp(join(tmpdir(), 'visavox-profiles-'));
    const objects = await FolderObjectStore.open(folder);
    const datasets = new SqlDatasetStore(database().db, objects);
    const index = new SqlProfileIndex(database().db);
    await putBlob(objects, new TextEncoder().encode(csv));
    await datasets.save(garden);
    const asked: number[] = [];
    class Counted extends TableProfiler {
      override profile(items: readonly DatasetItem[]) {
        asked.push(items.length);
        return super.profile(items);
      }
    }
    const profiles = new KeptDatasetProfiles({ datasets, objects, index, tables: new Counted({ objects }) });
    const close = () => rm(folder, { recursive: true });
    return { profiles, objects, index, asked, close };
  }

  it('are computed once, however many ask, and read back from then on', async () => {
    const { profiles, objects, index, asked, close } = await opened();
    const [first, second] = await Promise.all([profiles.of(garden.digest), profiles.of(garden.digest)]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ items: 1, tables: { rows: 2, columns: [{ name: 'id' }] } });
    expect(await profiles.of(garden.digest)).toEqual(first);
    expect(asked).toEqual([1]);

    const kept = await index.find(garden.digest);
    expect(await objects.has(blobKey(kept ?? digestOf('')))).toBe(true);
    if (kept) await deleteBlob(objects, kept);
    expect(await profiles.of(garden.digest)).toEqual(first);
    expect(asked).toEqual([1, 1]);
    await close();
  }, 30_000);

  it('are not kept while bytes are missing, which may be sent again', async () => {
    const { profiles, objects, index, close } = await opened();
    await deleteBlob(objects, beds.digest);
    expect(await profiles.of(garden.digest)).toMatchObject({
      tables: { rows: 0, unread: [{ item: 'beds.csv', why: 'erased' }] },
    });
    expect(await index.find(garden.digest)).toBeUndefined();
    await putBlob(objects, new TextEncoder().encode(csv));
    expect(await profiles.of(garden.digest)).toMatchObject({ tables: { rows: 2, unread: [] } });
    await close();
  }, 30_000);

  it('of a version that is not there are refused', async () => {
    const { profiles, close } = await opened();
    await expect(profiles.of(digestOf('nothing'))).rejects.toMatchObject({ code: 'unknown_dataset' });
    await close();
  });
});
