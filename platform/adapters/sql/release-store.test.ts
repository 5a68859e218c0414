import { MemoryReleaseStore } from '@visavox/control/testing/memory-stores';
import { describe, expect, it } from 'vitest';
import { exampleRelease, releaseStoreContract } from './release-store.contract.ts';
import { SqlReleaseStore } from './release-store.ts';
import { describeOnEachDatabase } from './test-databases.ts';

describe('releases (in memory, as the controller’s tests use it)', () => {
  releaseStoreContract(async () => new MemoryReleaseStore());
});

describeOnEachDatabase('releases', (database) => {
  releaseStoreContract(async () => new SqlReleaseStore(database().db));

  it('cannot hold two champions, whatever a program tries', async () => {
    const store = new SqlReleaseStore(database().db);
    await store.create(exampleRelease('one', { stage: 'champion' }));
    await expect(store.create(exampleRelease('two', { stage: 'champion' }))).rejects.toThrow(
      'releases_one_champion',
    );
  });

  it('ends with exactly one champion when several are promoted at once', async () => {
    const store = new SqlReleaseStore(database().db);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await store.create(exampleRelease(id));
    await Promise.all(ids.map((id) => store.promote(id, `promote ${id}`)));
    const champions = (await store.list('production')).filter((release) => release.stage === 'champion');
    expect(champions).toHaveLength(1);
  });
});
