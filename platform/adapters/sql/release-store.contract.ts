import { digestOf } from '@visavox/core/digest';
import type { ReleaseStore } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { beforeEach, describe, expect, it } from 'vitest';

/** What every ReleaseStore promises. Each adapter's test calls this with a factory that gives an empty store. */
export function releaseStoreContract(makeStore: () => Promise<ReleaseStore>): void {
  describe('release store contract', () => {
    let store: ReleaseStore;
    beforeEach(async () => {
      store = await makeStore();
    });

    const stages = async (environment = 'production') =>
      (await store.list(environment)).map((release) => `${release.id}: ${release.stage}`);

    it('answers a release as it was created, the newest first', async () => {
      const [one, two] = [
        exampleRelease('one'),
        exampleRelease('two', { version: 2, stage: 'held-back', settings: digestOf('settings') }),
      ];
      await store.create(one);
      await store.create(two);
      await store.create(exampleRelease('elsewhere', { environment: 'test' }));
      expect(await store.list('production')).toEqual([two, one]);
      expect(await store.list('nowhere')).toEqual([]);
    });

    it('has no champion before the first promotion', async () => {
      await store.create(exampleRelease('one'));
      expect(await store.champion('production', 'recogniser')).toBeUndefined();
    });

    it('makes one champion and retires the one before', async () => {
      await store.create(exampleRelease('one'));
      await store.create(exampleRelease('two', { version: 2 }));
      await store.promote('one', 'the first');
      await store.promote('two', 'better by 3 %');
      expect(await stages()).toEqual(['two: champion', 'one: retired']);
      const champion = await store.champion('production', 'recogniser');
      expect(champion).toMatchObject({ id: 'two', reason: 'better by 3 %' });
      expect(Date.parse(champion?.promotedAt ?? '')).not.toBeNaN();
    });

    it('can bring a retired one back', async () => {
      await store.create(exampleRelease('one'));
      await store.create(exampleRelease('two'));
      for (const id of ['one', 'two', 'one']) await store.promote(id, 'rolled back');
      expect(await stages()).toEqual(['two: retired', 'one: champion']);
    });

    it('keeps every reason that a release ever had, and whose it was', async () => {
      await store.create(exampleRelease('one', { reason: 'trained' }));
      await store.create(exampleRelease('two', { version: 2, reason: 'trained again' }));
      await store.setStage('two', 'shadow', 'tried beside it');
      await store.promote('one', 'the first', 'ada');
      await store.promote('two', 'better by 3 %');
      await store.promote('one', 'rolled back: it was the camera', 'grace');
      await store.promote('one', 'once more');
      const said = (await store.history('production', 'recogniser', 100)).map(
        ({ release, stage, reason, by = 'nobody' }) => `${release} ${stage}, ${by}: ${reason}`,
      );
      expect(said).toEqual([
        'one champion, grace: rolled back: it was the camera',
        'two retired, grace: followed by version 1: rolled back: it was the camera',
        'two champion, nobody: better by 3 %',
        'one retired, nobody: followed by version 2: better by 3 %',
        'one champion, ada: the first',
        'two shadow, nobody: tried beside it',
        expect.stringMatching(/^two .*trained again$/),
        expect.stringMatching(/^one .*trained$/),
      ]);
      expect(await store.history('production', 'recogniser', 2)).toHaveLength(2);
      expect(await store.history('test', 'recogniser', 100)).toEqual([]);
      const [latest] = await store.history('production', 'recogniser', 1);
      expect(latest).toMatchObject({ environment: 'production', model: 'recogniser', version: 1 });
      expect(Date.parse(latest?.at ?? '')).not.toBeNaN();
    });

    it('changes nothing when the champion is promoted again', async () => {
      await store.create(exampleRelease('one'));
      await store.promote('one', 'the first');
      const before = await store.champion('production', 'recogniser');
      await store.promote('one', 'once more');
      expect(await store.champion('production', 'recogniser')).toEqual(before);
    });

    it('refuses to promote one that was held back, and leaves the champion', async () => {
      await store.create(exampleRelease('one'));
      await store.create(exampleRelease('bad', { stage: 'held-back', reason: 'worse' }));
      await store.promote('one', 'the first');
      await expect(store.promote('bad', 'all the same')).rejects.toMatchObject({ code: 'release_held_back' });
      expect(await stages()).toEqual(['bad: held-back', 'one: champion']);
    });

    it('keeps the champions of two environments apart', async () => {
      await store.create(exampleRelease('test-one', { environment: 'test' }));
      await store.create(exampleRelease('one'));
      await store.promote('test-one', 'passed');
      await store.promote('one', 'passed');
      expect((await store.champion('test', 'recogniser'))?.id).toBe('test-one');
      expect((await store.champion('production', 'recogniser'))?.id).toBe('one');
    });

    it('keeps the champions of two models of one environment apart', async () => {
      await store.create(exampleRelease('one'));
      await store.create(exampleRelease('digits-one', { model: 'digits' }));
      await store.create(exampleRelease('digits-two', { model: 'digits', version: 2 }));
      for (const id of ['one', 'digits-one', 'digits-two']) await store.promote(id, 'passed');
      expect((await store.champion('production', 'recogniser'))?.id).toBe('one');
      expect((await store.champion('production', 'digits'))?.id).toBe('digits-two');
      expect(await store.champion('production', 'another')).toBeUndefined();
      expect((await store.list('production', 'digits')).map(({ id, stage }) => [id, stage])).toEqual([
        ['digits-two', 'champion'],
        ['digits-one', 'retired'],
      ]);
      expect(await store.list('production')).toHaveLength(3);
    });

    it('never leaves a model that has a champion without one', async () => {
      await store.create(exampleRelease('one'));
      await store.promote('one', 'the first');
      for (const stage of ['held-back', 'retired', 'shadow'] as const)
        await expect(store.setStage('one', stage, 'x')).rejects.toMatchObject({ code: 'release_serves' });
      expect(await store.champion('production', 'recogniser')).toMatchObject({ reason: 'the first' });
    });

    it('moves a release to another stage with its reason', async () => {
      await store.create(exampleRelease('one'));
      await store.setStage('one', 'canary', 'to a tenth of the people');
      expect(await store.list('production')).toMatchObject([
        { stage: 'canary', reason: 'to a tenth of the people' },
      ]);
    });

    it('says that a release is unknown, with a stable code', async () => {
      await expect(store.promote('none', 'x')).rejects.toMatchObject({ code: 'unknown_release' });
      await expect(store.setStage('none', 'retired', 'x')).rejects.toMatchObject({ code: 'unknown_release' });
    });

    it('refuses a second release of the same id', async () => {
      await store.create(exampleRelease('one'));
      await expect(store.create(exampleRelease('one', { version: 2 }))).rejects.toThrow();
      expect(await store.list('production')).toMatchObject([{ version: 1 }]);
    });
  });
}

export function exampleRelease(id: string, changes: Partial<Release> = {}): Release {
  return {
    id,
    environment: 'production',
    model: 'recogniser',
    version: 1,
    bundle: digestOf('bundle'),
    stage: 'preparing',
    reason: 'published',
    createdAt: '2026-03-01T10:00:00.000Z',
    promotedAt: null,
    ...changes,
  };
}
