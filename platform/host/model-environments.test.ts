import { SqlEnvironmentSettings } from '@visavox/adapters/sql/environment-settings';
import { describeOnEachDatabase } from '@visavox/adapters/sql/test-databases';
import type { Release } from '@visavox/core/release';
import { expect, it } from 'vitest';
import type { LoadedModel } from './load-project.ts';
import { ModelEnvironments, settingsOf } from './model-environments.ts';
import type { EnvironmentDeclaration } from './project.ts';

describeOnEachDatabase('environments of models', (database) => {
  const warned: unknown[] = [];
  const open = (rules: Omit<EnvironmentDeclaration, 'name'>, secrets: readonly string[] = []) =>
    ModelEnvironments.open({
      store: new SqlEnvironmentSettings(database().db),
      models: [
        {
          name: 'irises',
          environments: ['production'],
          rules: new Map([['production', rules]]),
        } as unknown as LoadedModel,
      ],
      secrets: { where: { kind: 'server' }, has: async () => (name) => secrets.includes(name) },
      onThisMachine: true,
      warn: (_, details) => warned.push(details),
    });
  const release = (environments: ModelEnvironments): Release => ({
    ...{
      id: 'one',
      environment: 'production',
      model: 'irises',
      version: 1,
      bundle: `sha256:${'1'.repeat(64)}`,
    },
    ...{ stage: 'preparing', reason: 'by hand', createdAt: '2026-01-01T00:00:00.000Z', promotedAt: null },
    ...{ settings: environments.current('irises', 'production')?.digest },
  });

  it('serve a release with what was declared when it went out, until it is released again', async () => {
    const before = await open({ resources: { memory: '1Gi' } });
    const first = release(before);
    const after = await open({ resources: { memory: '2Gi' }, approval: 'second-person' });
    expect(await after.servedWith(first)).toEqual({ resources: { memory: '1Gi' } });
    expect(await after.servedWith(release(after))).toEqual({ resources: { memory: '2Gi' } });
    expect(after.current('irises', 'production')).toMatchObject({ number: 2, by: expect.any(String) });
    const { settings: _, ...old } = first;
    expect(await after.servedWith(old), 'of before there were any').toBeUndefined();
    expect(warned).toContainEqual({
      ...{ model: 'irises', environment: 'production' },
      said: ['resources.memory: no limit on one machine; a server may take what there is'],
    });
  });

  it('refuse a release before it is brought up while a secret is missing, and say where to put it', async () => {
    const prepared: string[] = [];
    const target = {
      prepare: async ({ id }: Release) => void prepared.push(id),
      activate: async () => {},
      retire: async () => {},
    };
    const without = await open({ secrets: { TOKEN: 'PRODUCTION_TOKEN' } });
    await expect(without.requiringSecrets(target).prepare(release(without))).rejects.toMatchObject({
      code: 'secret_missing',
      message: expect.stringContaining('PRODUCTION_TOKEN'),
      action: 'Start the server with PRODUCTION_TOKEN set, and release again.',
    });
    expect(prepared).toEqual([]);
    const having = await open({ secrets: { TOKEN: 'PRODUCTION_TOKEN' } }, ['PRODUCTION_TOKEN']);
    await having.requiringSecrets(target).prepare(release(having));
    expect(prepared).toEqual(['one']);
  });

  it('are the same version however they are written', async () => {
    const written = settingsOf({ secrets: ['TOKEN'], variables: {}, after: 'test' });
    expect(written).toEqual({ secrets: { TOKEN: 'TOKEN' }, policies: { after: 'test' } });
    expect((await open({ secrets: ['TOKEN'] })).current('irises', 'production')?.digest).toBe(
      (await open({ secrets: { TOKEN: 'TOKEN' } })).current('irises', 'production')?.digest,
    );
  });
});
