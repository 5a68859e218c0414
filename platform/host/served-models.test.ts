import { MemoryReleaseStore } from '@visavox/control/testing/memory-stores';
import type { Digest } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import { parseModelReference } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import { beforeEach, describe, expect, it } from 'vitest';
import { ServedModels } from './served-models.ts';

const bundleOf = (letter: string) => `sha256:${letter.repeat(64)}` as Digest;

let releases: MemoryReleaseStore;
let up: Set<string>;
let served: ServedModels;
let settings: Map<Digest, ServingSettings>;
beforeEach(() => {
  releases = new MemoryReleaseStore();
  up = new Set();
  settings = new Map();
  const placed = (bundle: Digest, given?: ServingSettings) =>
    given ? `${bundle} ${given.resources?.memory}` : bundle;
  served = new ServedModels({
    releases,
    settingsOf: async (release) => settings.get(release.settings ?? ''),
    models: [{ name: 'digits', environments: ['test', 'production'] }],
    servers: {
      bringUp: async (bundle, given) => {
        up.add(placed(bundle, given));
        return `http://${bundle.slice(7, 10)}${given ? `/${given.resources?.memory}` : ''}`;
      },
      retire: async (bundle, given) => void up.delete(placed(bundle, given)),
      forget: () => {},
      close: async () => {},
    },
  });
});

async function release(version: number, changes: Partial<Release> = {}): Promise<Release> {
  const made: Release = {
    ...{ id: `${changes.environment ?? 'production'}-${version}`, model: 'digits', version },
    ...{
      environment: 'production',
      bundle: bundleOf(String(version)),
      stage: 'preparing',
      reason: 'trained',
    },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', promotedAt: null },
    ...changes,
  };
  await releases.create(made);
  return made;
}

async function promoted(version: number, changes: Partial<Release> = {}): Promise<Release> {
  const made = await release(version, changes);
  await served.target.prepare(made);
  await releases.promote(made.id, 'better');
  await served.target.activate(made);
  return made;
}

const urlOf = async (reference: string, environment = 'production') =>
  (await served.find(environment, parseModelReference(reference))).url;

describe('a model that serves by what its bundle holds', () => {
  it('answers with the champion of an environment, and with what was proposed beside it', async () => {
    await promoted(1);
    await promoted(2, { environment: 'test' });
    const third = await release(3);
    await releases.setStage(third.id, 'shadow', 'by hand');
    expect(await urlOf('digits@champion')).toBe('http://111');
    expect(await urlOf('digits@champion', 'test')).toBe('http://222');
    expect(await urlOf('digits@challenger')).toBe('http://333');
    expect(await urlOf('digits:3')).toBe('http://333');
  });

  it('follows a promotion and a rollback at once, also one that another process made', async () => {
    await promoted(1);
    const second = await release(2);
    await releases.promote(second.id, 'elsewhere');
    expect(await urlOf('digits@champion')).toBe('http://222');
    await releases.promote('production-1', 'rolled back');
    expect(await urlOf('digits@champion')).toBe('http://111');
  });

  it('takes down what is retired, unless another release serves the same bundle', async () => {
    const first = await promoted(1);
    const elsewhere = await promoted(1, { environment: 'test' });
    await promoted(2);
    await served.target.retire(first);
    expect(up).toEqual(new Set([bundleOf('1'), bundleOf('2')]));
    await promoted(2, { environment: 'test' });
    await served.target.retire(elsewhere);
    expect(up).toEqual(new Set([bundleOf('2')]));
  });

  it('is served with what its release went out with, apart from the same bundle elsewhere', async () => {
    const [small, large] = [`sha256:${'a'.repeat(64)}` as Digest, `sha256:${'b'.repeat(64)}` as Digest];
    settings.set(small, { resources: { memory: '1Gi' } }).set(large, { resources: { memory: '4Gi' } });
    await promoted(1, { environment: 'test' });
    const first = await promoted(1, { settings: small });
    expect(await urlOf('digits@champion', 'test')).toBe('http://111');
    expect(await urlOf('digits@champion')).toBe('http://111/1Gi');
    await promoted(1, { id: 'again', settings: large });
    expect(await urlOf('digits@champion')).toBe('http://111/4Gi');
    await served.target.retire(first);
    expect(up).toEqual(new Set([bundleOf('1'), `${bundleOf('1')} 4Gi`]));
  });

  it('says what is up where something else was asked for', async () => {
    await expect(urlOf('digits@champion')).rejects.toMatchObject({
      code: 'nothing_serves',
      action: 'Release a version first: visavox release propose digits:VERSION',
    });
    await promoted(1);
    await expect(urlOf('digits:7')).rejects.toMatchObject({ action: 'There is digits:1 (champion).' });
    await expect(urlOf('digits@champion', 'staging')).rejects.toMatchObject({ code: 'model_not_served' });
    await expect(urlOf('faces@champion')).rejects.toMatchObject({ code: 'model_not_served' });
  });
});
