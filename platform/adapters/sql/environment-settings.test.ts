import { expect, it } from 'vitest';
import { SqlEnvironmentSettings } from './environment-settings.ts';
import { describeOnEachDatabase } from './test-databases.ts';

const place = { model: 'irises', environment: 'production', by: 'ada' };
const withMemory = (memory: string) => ({ resources: { memory }, policies: { after: 'test' } });

describeOnEachDatabase('settings of environments', (database) => {
  it('are one version for each content, with a number of its own, whoever declares them again', async () => {
    const store = new SqlEnvironmentSettings(database().db);
    const first = await store.record({ ...place, settings: withMemory('1Gi') });
    expect(first).toMatchObject({ number: 1, by: 'ada', settings: withMemory('1Gi') });
    const second = await store.record({ ...place, settings: withMemory('2Gi') });
    expect(second.number).toBe(2);
    expect(await store.record({ ...place, by: 'grace', settings: withMemory('1Gi') })).toEqual(first);
    const elsewhere = await store.record({ ...place, environment: 'test', settings: withMemory('1Gi') });
    expect(elsewhere).toMatchObject({ number: 1, digest: first.digest });
    expect(await store.list('irises', 'production')).toEqual([second, first]);
    expect(await store.list('irises', 'nowhere')).toEqual([]);
  });

  it('are counted without a gap where several servers start at once', async () => {
    const store = new SqlEnvironmentSettings(database().db);
    const sizes = ['1Gi', '2Gi', '3Gi', '2Gi', '1Gi'];
    await Promise.all(sizes.map((size) => store.record({ ...place, settings: withMemory(size) })));
    const numbers = (await store.list('irises', 'production')).map(({ number }) => number);
    expect(numbers).toEqual([3, 2, 1]);
  });
});
