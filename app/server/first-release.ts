import { type BundleFiles, putBundle } from '@visavox/core/bundle';
import { UserError } from '@visavox/core/errors';
import type { ModelRegistry, ReleaseStore } from '@visavox/core/ports';
import { environment, modelName } from './resources.ts';

const id = 'published';

/** On the very first start, the published recogniser becomes champion. Repeating it changes nothing. */
export async function ensureFirstRelease(resources: {
  objects: Parameters<typeof putBundle>[0];
  releases: ReleaseStore;
  published: () => Promise<BundleFiles>;
  now: () => Date;
}): Promise<void> {
  const { objects, releases, published, now } = resources;
  if (await releases.champion(environment, modelName)) return;
  const bundle = await putBundle(objects, await published());
  const known = (await releases.list(environment, modelName)).some((release) => release.id === id);
  if (!known) {
    await releases.create({
      id,
      environment,
      model: modelName,
      version: 1,
      bundle,
      stage: 'preparing',
      reason: 'the published networks',
      createdAt: now().toISOString(),
      promotedAt: null,
    });
  }
  await releases.promote(id, 'the published networks');
}

/** Version 1 of the registry is the published recogniser; done once the registry is up, and again at no harm. */
export async function registerFirstVersion(releases: ReleaseStore, registry: ModelRegistry): Promise<void> {
  const first = (await releases.list(environment, modelName)).find((release) => release.id === id);
  if (!first) return;
  const registered = await registry.register({
    name: modelName,
    bundle: first.bundle,
    run: null,
    metrics: {},
    trackingRun: null,
  });
  if (registered.version === first.version) return;
  throw new UserError({
    kind: 'conflict',
    code: 'registry_not_ours',
    message: `the registry has other versions of ${modelName} than this server`,
    action: 'Use a registry of its own for each server, or restore the one that belongs to this database.',
    details: { expected: first.version, received: registered.version },
  });
}
