import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { ModelRegistry } from '@visavox/core/ports';
import { expect, it } from 'vitest';
import { MirroredModelRegistry } from './mirrored-model-registry.ts';
import { SqlModelVersions } from './model-versions.ts';
import { describeOnEachDatabase } from './test-databases.ts';

const model: ModelVersion = {
  name: 'recogniser',
  version: 1,
  bundle: digestOf('bundle'),
  run: 'run-1',
  createdAt: '2026-03-01T10:00:00.000Z',
  metrics: { eer: 0.012 },
};

describeOnEachDatabase('model versions', (database) => {
  it('answers what was saved, the newest first', async () => {
    const models = new SqlModelVersions(database().db);
    await models.save(model);
    await models.save({ ...model, version: 2, run: null });
    await models.save(model);
    expect(await models.get('recogniser', 1)).toEqual(model);
    expect(await models.get('recogniser', 3)).toBeUndefined();
    expect((await models.list('recogniser')).map((known) => known.version)).toEqual([2, 1]);
  });

  it('answers for a registry that is away, once it has seen the version', async () => {
    const registry = new RegistryThatComesAndGoes();
    const mirrored = new MirroredModelRegistry(registry, new SqlModelVersions(database().db));
    await expect(mirrored.get('recogniser', 1)).rejects.toMatchObject({ code: 'tracking_unavailable' });
    registry.away = false;
    expect(await mirrored.list('recogniser')).toEqual([model]);
    registry.away = true;
    expect(await mirrored.get('recogniser', 1)).toEqual(model);
    expect(await mirrored.list('recogniser')).toEqual([model]);
  });
});

/** The real registry is tested beside its client; here it matters only whether it answers. */
class RegistryThatComesAndGoes implements ModelRegistry {
  away = true;

  async register(): Promise<ModelVersion> {
    return this.#answer(model);
  }

  async get(): Promise<ModelVersion> {
    return this.#answer(model);
  }

  async list(): Promise<readonly ModelVersion[]> {
    return this.#answer([model]);
  }

  async setAlias(): Promise<void> {}

  #answer<Value>(value: Value): Value {
    if (!this.away) return value;
    throw new UserError({
      kind: 'unavailable',
      code: 'tracking_unavailable',
      message: 'away',
      action: 'Wait.',
    });
  }
}
